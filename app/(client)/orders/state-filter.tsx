'use client';

import { usePathname, useRouter, useSearchParams } from 'next/navigation';
import { type Option, Select } from '#app/ui/inputs.tsx';

/** Narrows the list to one state, by the address. */
export function StateFilter({
  current,
  label,
  all,
  options,
}: {
  current?: string;
  label: string;
  all: string;
  options: readonly Option[];
}) {
  const router = useRouter();
  const path = usePathname();
  const search = useSearchParams();
  return (
    <span className="w-44">
      <Select
        key={current ?? ''}
        aria-label={label}
        defaultValue={current ?? ''}
        placeholder={all}
        options={options}
        onChange={(event) => {
          const next = new URLSearchParams(search);
          for (const name of ['before', 'after', 'state']) next.delete(name);
          if (event.target.value) next.set('state', event.target.value);
          router.push(next.size ? `${path}?${next}` : path);
        }}
      />
    </span>
  );
}
