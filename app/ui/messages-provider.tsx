'use client';

import { NextIntlClientProvider } from 'next-intl';
import type { ComponentProps } from 'react';

/** next-intl's provider with our fallback: a missing text shows its key. Use `ClientMessages` unless you are a layout. */
export function MessagesProvider(props: ComponentProps<typeof NextIntlClientProvider>) {
  return (
    <NextIntlClientProvider
      {...props}
      onError={(error) => {
        if (process.env.NODE_ENV === 'development') console.warn(error.message);
      }}
      getMessageFallback={({ namespace, key }) => [namespace, key].filter(Boolean).join('.')}
    />
  );
}
