export declare const chromium: string | undefined;
export declare const launchOptions: { readonly executablePath?: string; readonly args: string[] };
