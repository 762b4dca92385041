import type { ReactNode } from 'react';
import { ClientMessages } from '#app/ui/client-messages.tsx';
import { PublicFrame } from '#app/ui/public-frame.tsx';

/** One narrow column for everything about coming in. */
export function SignInFrame({
  title,
  lead,
  children,
}: {
  title: ReactNode;
  lead?: ReactNode;
  children: ReactNode;
}) {
  return (
    <ClientMessages areas={['identity', 'public']}>
      <PublicFrame>
        <div className="mx-auto max-w-md px-4 pt-10 pb-24 sm:pt-16">
          <h1 className="text-3xl leading-tight tracking-[-0.02em]">{title}</h1>
          {lead && <p className="mt-2 text-ink-2">{lead}</p>}
          <div className="mt-8">{children}</div>
        </div>
      </PublicFrame>
    </ClientMessages>
  );
}
