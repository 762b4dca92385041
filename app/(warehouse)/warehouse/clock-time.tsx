import { useFormatter } from 'next-intl';

/** A time of day as on the wall ("14:30"), with the day when it is not today's. */
export function ClockTime({ at, className }: { at: Date; className?: string }) {
  const format = useFormatter();
  const day = (date: Date) => format.dateTime(date, { year: 'numeric', month: '2-digit', day: '2-digit' });
  const isToday = day(at) === day(new Date());
  return (
    <time dateTime={at.toISOString()} className={className} suppressHydrationWarning>
      {format.dateTime(at, {
        hour: '2-digit',
        minute: '2-digit',
        hourCycle: 'h23',
        ...(!isToday && { day: 'numeric', month: 'short' }),
      })}
    </time>
  );
}
