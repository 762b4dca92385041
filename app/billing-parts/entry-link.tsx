import { Link } from '#app/ui/link.tsx';
import { EntryText } from './entry-words.tsx';

/** What a movement of money is; where it leads somewhere, its whole row does. The row is `relative`. */
export function EntryLink({
  entry,
  href,
}: {
  entry: Parameters<typeof EntryText>[0]['entry'];
  href: string | undefined;
}) {
  if (!href)
    return (
      <span className="font-medium">
        <EntryText entry={entry} />
      </span>
    );
  return (
    <Link
      href={href}
      className="font-medium after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:outline-focus"
    >
      <EntryText entry={entry} />
    </Link>
  );
}
