// The whole page: the way in, or the mail; toasts outlive both.
import { user } from '../mail/account.ts';
import { MailPage } from './mail.tsx';
import { SignIn } from './sign-in.tsx';
import { ToastPlace } from './toast.tsx';

export function App() {
  return (
    <>
      {user.value === null ? <SignIn /> : <MailPage />}
      <ToastPlace />
    </>
  );
}
