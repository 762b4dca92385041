import { Temporal } from 'temporal-polyfill';
import en from '#messages/en/notifications.json' with { type: 'json' };
import ru from '#messages/ru/notifications.json' with { type: 'json' };
import type { Kind } from './kinds.rules.ts';

type Locale = 'en' | 'ru';
type Texts = {
  kinds: Record<string, { subject: string; text: string; action?: string }>;
  causes: Record<string, string>;
};
const texts: Record<Locale, Texts & { greeting: string; signature: string; open: string }> = { en, ru };

const units: Record<Locale, string> = { en: 'units', ru: 'ед.' };

/** Parameters are kept raw and put into words late, in the reader's language: their name says what they are. */
function inWords(name: string, params: Record<string, string>, locale: Locale, timeZone: string): string {
  const value = params[name] ?? params[`${name}_${locale}`] ?? params[`${name}_en`] ?? '';
  if (name.endsWith('At')) return instantInWords(value, locale, timeZone);
  if (name.endsWith('Cents')) return moneyInWords(BigInt(value || '0'), locale);
  if (name === 'cause') return texts[locale].causes[value] ?? value;
  return value;
}

function instantInWords(value: string, locale: Locale, timeZone: string): string {
  if (!value) return '';
  const zoned = Temporal.Instant.from(value).toZonedDateTimeISO(timeZone);
  return zoned.toLocaleString(locale === 'en' ? 'en-GB' : 'ru', {
    weekday: 'short',
    day: 'numeric',
    month: 'long',
    hour: '2-digit',
    minute: '2-digit',
  });
}

function moneyInWords(cents: bigint, locale: Locale): string {
  const size = cents < 0n ? -cents : cents;
  const whole = new Intl.NumberFormat(locale).format(size / 100n);
  const point = locale === 'ru' ? ',' : '.';
  return `${cents < 0n ? '−' : ''}${whole}${point}${String(size % 100n).padStart(2, '0')}\u00a0${units[locale]}`;
}

/** What a message says, in a language; instants are shown in `timeZone`. An unknown kind says its own name. */
export function renderMessage(
  { kind, params }: { kind: Kind; params: Record<string, string> },
  locale: Locale,
  timeZone: string,
): { subject: string; text: string; action: string } {
  const found = texts[locale].kinds[kind];
  const fill = (text: string) =>
    text.replace(/\{(\w+)\}/g, (_, name: string) => inWords(name, params, locale, timeZone));
  return {
    subject: fill(found?.subject ?? kind),
    text: fill(found?.text ?? ''),
    action: found?.action ?? texts[locale].open,
  };
}

const escaped = (text: string) => text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);

/** The mail of a message: a text part and a plain html part that says the same. */
export function renderMail(
  message: { kind: Kind; params: Record<string, string>; link: string | null },
  { locale, timeZone, name, appUrl }: { locale: Locale; timeZone: string; name: string; appUrl: string },
): { subject: string; text: string; html: string } {
  const { subject, text, action } = renderMessage(message, locale, timeZone);
  const { greeting, signature } = texts[locale];
  const hello = name ? greeting.replace('{name}', name) : greeting.replace(/,? \{name\}/, '');
  const href = message.link ? new URL(message.link, appUrl).href : null;
  const paragraphs = text.split('\n').filter(Boolean);
  const html = `<!doctype html><html lang="${locale}"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>${escaped(subject)}</title></head>
<body style="margin:0;padding:32px 16px;font:16px/1.5 system-ui,-apple-system,'Segoe UI',sans-serif">
<div style="max-width:34rem;margin:0 auto">
<p>${escaped(hello)}</p>
${paragraphs.map((paragraph) => `<p>${escaped(paragraph)}</p>`).join('\n')}
${href ? `<p style="margin:24px 0"><a href="${escaped(href)}" style="display:inline-block;padding:12px 20px;border-radius:8px;background:#f4a91f;color:#241a08;font-weight:600;text-decoration:none">${escaped(action)}</a></p>` : ''}
<p style="color:#7a7061">${escaped(signature)}</p>
</div></body></html>`;
  return {
    subject: subject.replace(/[\r\n]+/g, ' '),
    text: [hello, ...paragraphs, ...(href ? [`${action}: ${href}`] : []), signature].join('\n\n'),
    html,
  };
}
