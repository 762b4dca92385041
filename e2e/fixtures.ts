import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, type BrowserContext, expect, type Page } from '@playwright/test';
import sharp from 'sharp';

const outside = () => process.env.E2E_OUTSIDE_URL!;
export const demoPassword = 'free-the-cats';

/** Each portal in its own size, as people hold it. */
export const sizes = {
  desktop: { viewport: { width: 1440, height: 900 } },
  tablet: { viewport: { width: 1180, height: 820 }, hasTouch: true },
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
} as const;

/** A browser of its own for somebody with a password, signed in and at their first screen. */
export async function signedIn(browser: Browser, email: string, size: keyof typeof sizes): Promise<Page> {
  const context = await browser.newContext({
    ...sizes[size],
    baseURL: process.env.E2E_APP_URL,
    locale: 'en-US',
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  await page.goto('/sign-in');
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(demoPassword);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).not.toHaveURL(/sign-in/);
  return page;
}

/** A browser of a Happy Cat Box tester: single sign-on knows who it is; no form is filled in. */
export async function testersBrowser(
  browser: Browser,
  tester: string,
): Promise<{ context: BrowserContext; page: Page }> {
  const context = await browser.newContext({
    ...sizes.desktop,
    baseURL: process.env.E2E_APP_URL,
    locale: 'en-US',
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  await page.goto(
    `${outside()}/sso/testers/switch?tester=${tester}&then=${encodeURIComponent(`${outside()}/health`)}`,
  );
  return { context, page };
}

/** Tells a partner how to behave. */
export async function setKnobs(
  partner: 'cookies' | 'gateway' | 'golden-hat' | 'remote-step',
  knobs: Record<string, number>,
): Promise<void> {
  const response = await fetch(`${outside()}/knobs/${partner}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(knobs),
  });
  expect(response.ok).toBe(true);
}

/** Mails that the sink has taken for an address, newest first. */
export async function mailsTo(
  address: string,
): Promise<{ subject: string; text: string; attachments: { filename: string; sizeBytes: number }[] }[]> {
  const response = await fetch(`${outside()}/mailbox/messages?to=${encodeURIComponent(address)}`);
  return ((await response.json()) as { messages: Awaited<ReturnType<typeof mailsTo>> }).messages;
}

/** A photo as a phone makes it. */
export async function photo(colour: string): Promise<{ name: string; mimeType: string; buffer: Buffer }> {
  const buffer = await sharp({ create: { width: 1200, height: 900, channels: 3, background: colour } })
    .jpeg()
    .toBuffer();
  return { name: 'photo.jpg', mimeType: 'image/jpeg', buffer };
}

/** WCAG 2.2 AA, by axe, on what is shown now; and nothing sticks out sideways. */
export async function expectReadable(page: Page): Promise<void> {
  await expect(page).toHaveTitle(/\S/);
  // While one page gives way to the next, or to a fresher one, there are a few milliseconds without a title.
  await expect
    .poll(
      async () => {
        const { violations } = await new AxeBuilder({ page })
          .withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'])
          .analyze();
        return violations.map(
          ({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`,
        );
      },
      { message: page.url(), intervals: [500], timeout: 5000 },
    )
    .toEqual([]);
  expect(
    await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth),
  ).toBeLessThanOrEqual(0);
}

/** The wall clock in the business zone, as a datetime field wants it, so many minutes from now. */
export function inMinutes(minutes: number, zone = 'Europe/Berlin'): string {
  const parts = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    dateStyle: 'short',
    timeStyle: 'short',
  }).format(Date.now() + minutes * 60_000);
  return parts.replace(' ', 'T');
}

/** Pictures for the README when MCF_SCREENSHOTS names a folder. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env.MCF_SCREENSHOTS;
  if (folder) await page.screenshot({ path: `${folder}/${name}.png`, animations: 'disabled' });
}
