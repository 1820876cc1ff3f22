// What the page remembers of its own looks: theme, density, widths. Never anything of an account.
import { computed, effect, signal } from '@preact/signals';

export type ThemeChoice = 'system' | 'light' | 'dark';
export type Density = 'comfortable' | 'compact';

export interface Settings {
  readonly theme: ThemeChoice;
  readonly density: Density;
  readonly sidebarWidth: number;
  readonly listWidth: number;
}

const KEY = 'mail.looks';
const defaults: Settings = { theme: 'system', density: 'comfortable', sidebarWidth: 220, listWidth: 380 };

function within(value: unknown, low: number, high: number, fallback: number): number {
  return typeof value === 'number' && value >= low && value <= high ? value : fallback;
}

/** Takes what is stored as far as it makes sense. */
export function parseSettings(stored: string | null): Settings {
  let given: Partial<Record<keyof Settings, unknown>> = {};
  try {
    given = { ...(JSON.parse(stored ?? '{}') as object) };
  } catch {
    // Not ours, or from another time: the defaults.
  }
  const { theme, density } = given;
  return {
    theme: theme === 'light' || theme === 'dark' ? theme : defaults.theme,
    density: density === 'compact' ? density : defaults.density,
    sidebarWidth: within(given.sidebarWidth, 160, 360, defaults.sidebarWidth),
    listWidth: within(given.listWidth, 280, 640, defaults.listWidth),
  };
}

function read(): Settings {
  try {
    return parseSettings(localStorage.getItem(KEY));
  } catch {
    // Storage may be forbidden; the page then forgets its looks.
    return defaults;
  }
}

export const settings = signal<Settings>(read());

export function changeSettings(change: Partial<Settings>): void {
  settings.value = { ...settings.value, ...change };
}

const prefersDark = matchMedia('(prefers-color-scheme: dark)');
const systemDark = signal(prefersDark.matches);
prefersDark.addEventListener('change', ({ matches }) => (systemDark.value = matches));

/** The theme that is on the screen. */
export const theme = computed<'light' | 'dark'>(() => {
  const { theme: choice } = settings.value;
  return choice === 'system' ? (systemDark.value ? 'dark' : 'light') : choice;
});

/** Puts the looks on the page, and keeps them. */
export function applySettings(): () => void {
  return effect(() => {
    const { theme: choice, density, sidebarWidth, listWidth } = settings.value;
    const root = document.documentElement;
    root.style.colorScheme = choice === 'system' ? '' : choice;
    root.dataset['density'] = density;
    root.style.setProperty('--sidebar', `${sidebarWidth}px`);
    root.style.setProperty('--list', `${listWidth}px`);
    try {
      localStorage.setItem(KEY, JSON.stringify(settings.value));
    } catch {
      // As above.
    }
  });
}
