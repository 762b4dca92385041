import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type Browser, type Locator, type Page, chromium as playwright } from 'playwright-core';
import postgres from 'postgres';
import sharp from 'sharp';
import type { BenchCtx, BenchResult } from '../local/bench.ts';
import { chromium } from '../local/chromium.ts';
import type { Instance } from '../local/instance.ts';

const warmUps = 2;
const quietMs = 400;
const password = 'free-the-cats';
const goals = { actionP95Ms: 200, assignedP95Ms: 1000 };

const desktop = { viewport: { width: 1440, height: 900 } };
const tablet = { viewport: { width: 1180, height: 820 }, hasTouch: true };
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

/** What is waited for, by name: an XPath that finds a visible element once the answer is on the screen. */
type Wanted = Record<string, string>;
type Answers = Record<string, { ms: number; networkMs: number; at: number }>;

/**
 * `npm run bench -- journey [orders]`: drives browsers over the production build from the click to the closed week, and
 * says how long each actor waits for an answer. Measured inside the page, from the click event to the first frame with
 * the new state on it, so that the time of the tool that clicks is not in it. What the screen shows before the server
 * has it (ticks, photos) is timed twice; the second time, `later:`, has no goal, as nobody waits for it.
 */
export async function run({ instance, superuserUrl, args, say }: BenchCtx): Promise<BenchResult> {
  const orderCount = Number(args[0] ?? 20);
  const { executablePath, args: flags, env } = chromium();
  const browser = await playwright.launch({
    executablePath,
    args: flags,
    env: { ...(process.env as Record<string, string>), ...env },
  });
  const admin = postgres(databaseOf(superuserUrl, instance!), { max: 1, onnotice: () => {} });
  try {
    await quicken(instance!);
    const legs = new Map<string, { ms: number; networkMs: number }[]>();
    const stage = await openStage(browser, instance!);
    for (let round = 0; round < warmUps + orderCount; round++) {
      const measured = round >= warmUps;
      await playOrder(stage, round, admin, (name, ms, networkMs) => {
        if (measured) legs.set(name, [...(legs.get(name) ?? []), { ms, networkMs }]);
      });
      if (round % 5 === 4) say(`${round + 1} of ${warmUps + orderCount} orders`);
    }
    const figures = Object.fromEntries([...legs].map(([name, samples]) => [name, figuresOf(samples)]));
    for (const [name, { p50Ms, p95Ms, maxMs, networkP50Ms, n }] of Object.entries(figures)) {
      const digits = [p50Ms, p95Ms, maxMs, networkP50Ms].map((ms) => String(ms).padStart(6)).join('');
      say(`${name.padEnd(48)}${digits}  p50 p95 max, network p50 (ms, n=${n})`);
    }
    const pass = Object.entries(figures).every(
      ([name, { p95Ms }]) =>
        name.startsWith('later:') ||
        p95Ms < (name.startsWith('assigned:') ? goals.assignedP95Ms : goals.actionP95Ms),
    );
    return { figures, goals, pass };
  } finally {
    await browser.close();
    await admin.end();
  }
}

type Note = (leg: string, ms: number, networkMs: number) => void;
type Stage = {
  client: Page;
  staff: Page;
  manager: Page;
  billing: Page;
  workerOf(name: string): Promise<Page>;
};

/** Everybody signed in, each with the size of screen they have; signing in is not measured. */
async function openStage(browser: Browser, instance: Instance): Promise<Stage> {
  const open = async (size: object): Promise<Page> => {
    const context = await browser.newContext({
      ...size,
      baseURL: instance.urls.app,
      locale: 'en-US',
      reducedMotion: 'reduce',
    });
    await context.addInitScript(watchAnswers);
    return context.newPage();
  };
  const signedIn = async (email: string, size: object): Promise<Page> => {
    const page = await open(size);
    await page.goto('/sign-in');
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'));
    return page;
  };
  const client = await open(desktop);
  await client.goto('/orders');
  await client.waitForURL(/\/orders$/);
  const workers = new Map<string, Promise<Page>>();
  return {
    client,
    staff: await signedIn('staff@mcf.example', tablet),
    manager: await signedIn('manager@mcf.example', desktop),
    billing: await signedIn('billing@mcf.example', desktop),
    workerOf: (name) => {
      const page = workers.get(name) ?? signedIn(`${name.toLowerCase()}@mcf.example`, phone);
      workers.set(name, page);
      return page;
    },
  };
}

/** One order from the dashboard to the end, every click of it timed. */
async function playOrder(stage: Stage, round: number, admin: postgres.Sql, note: Note): Promise<void> {
  const { client, staff, manager, billing } = stage;
  const place = `Tower ${round}, shelf ${randomBytes(4).toString('hex')}`;
  const time = async (page: Page, click: Locator, wanted: Wanted, gesture?: 'tap'): Promise<Answers> => {
    await idle(admin);
    const answers = await answersTo(page, click, wanted, gesture);
    for (const [name, { ms, networkMs }] of Object.entries(answers)) note(name, ms, networkMs);
    return answers;
  };

  if (round > 0)
    await time(client, client.getByRole('link', { name: 'Your orders' }).first(), {
      'client: open the dashboard': `//main//h1[.='Your orders']`,
    });
  await time(client, client.getByRole('link', { name: 'Request help' }).first(), {
    'client: open the request form': '//main//form//textarea',
  });
  const services = client.getByRole('radio');
  await services.nth(round % (await services.count())).check();
  await client.getByLabel('What is to be done').fill('The tall one on the left, slowly.');
  await client.getByRole('textbox', { name: 'When' }).fill(inMinutes(25));
  await client.getByRole('textbox', { name: 'Where' }).fill(place);
  await client.getByLabel('Whom to ask on the spot').fill('Boris, ext. 12');
  const placed = await time(client, client.getByRole('button', { name: 'Request help' }), {
    'client: place the order': `//main//h2[contains(.,'looking for the best cat') or contains(.,'takes it on')]`,
    'assigned: in the client’s browser': `//main//h2[contains(.,'takes it on')]`,
  });
  const orderId = new URL(client.url()).pathname.split('/').at(-1)!;
  const [order] = await admin<{ number: string; worker: string; at: number }[]>`
    select request_number as number, worker_name as worker, extract(epoch from assigned_at)::float8 * 1000 as at
    from ordering.orders where id = ${orderId}`;
  const { number, worker: workerName, at } = order!;
  const { ms: shownMs, at: shownAt } = placed['assigned: in the client’s browser']!;
  note('assigned: in the database', at - (shownAt - shownMs), 0);

  await manager.goto('/manage/bets');
  const bet = (page: Page) => page.getByRole('row').filter({ hasText: number });
  await time(manager, bet(manager).getByRole('button', { name: 'Stake' }), {
    'manager: open the stake': `//*[@role='dialog']//input[@name='amountCents']`,
  });
  await manager.getByRole('dialog').getByRole('radio', { name: 'Completed' }).check();
  await manager.getByRole('dialog').getByLabel('Amount in units').fill('10');
  await time(manager, manager.getByRole('button', { name: 'Place the stake' }), {
    'manager: place the stake': `//tr[contains(.,'${number}') and contains(.,'10.00')]`,
  });

  if (!/\/warehouse$/.test(staff.url())) await staff.goto('/warehouse');
  await time(staff, staff.getByRole('article').filter({ hasText: number }).getByRole('link'), {
    'staff: open the job': `//main//input[@type='checkbox']`,
  });
  const boxCount = await staff.getByRole('checkbox').count();
  for (let index = 0; index < boxCount; index++) {
    const left = boxCount - index;
    const kept =
      left > 1 ? `contains(.,'${left - 1} line')` : `not(contains(.,'line')) or not(contains(.,'ticked'))`;
    await time(
      staff,
      staff.locator('main label').nth(index),
      {
        'staff: tick a line': `(//main//input[@type='checkbox'])[${index + 1}][@data-checked-now]`,
        ...(left > 1 && { 'later: a tick is kept by the server': `//*[@id='blocked' and ${kept}]` }),
      },
      'tap',
    );
  }
  await staff.getByRole('button', { name: 'Hand over' }).and(staff.locator(':enabled')).waitFor();
  await time(staff, staff.getByRole('button', { name: 'Hand over' }), {
    'staff: hand over': `//*[@role='dialog']//canvas`,
  });
  const pad = (await staff.getByRole('dialog').locator('canvas').boundingBox())!;
  await staff.mouse.move(pad.x + 30, pad.y + 40);
  await staff.mouse.down();
  await staff.mouse.move(pad.x + 160, pad.y + 70, { steps: 5 });
  await staff.mouse.up();
  await time(staff, staff.getByRole('dialog').getByRole('button', { name: 'Issued' }), {
    'staff: issue': `//main//*[contains(text(),'may start.')]`,
  });
  await time(staff, staff.getByRole('link', { name: 'Next job' }), {
    'staff: back to the board': `//main//h1[.='Jobs']`,
  });

  const worker = await stage.workerOf(workerName);
  if (!/\/work$/.test(worker.url())) await worker.goto('/work');
  await worker.getByRole('listitem').filter({ hasText: place }).waitFor();
  await time(worker, worker.getByRole('listitem').filter({ hasText: place }).getByRole('link'), {
    'worker: open the order': `//main//dd[contains(.,'${place}')]`,
  });
  await worker.getByLabel('Photo of the place').setInputFiles(await photo());
  await time(worker, worker.getByRole('button', { name: 'Started' }), {
    'worker: start with a photo': `//*[@aria-label='Photo of the signed report']`,
    'later: the start is kept by the server': `//main//span[.='In progress']`,
  });
  await worker.getByLabel('Photo of the signed report').setInputFiles(await photo());
  await time(worker, worker.getByRole('button', { name: 'Done' }), {
    'worker: report with a photo': `//main//*[.='Kept on this phone' or contains(text(),'The client now confirms it')]`,
    'later: the report is kept by the server': `//main//*[contains(text(),'The client now confirms it')]`,
  });
  await time(worker, worker.getByRole('link', { name: 'Your orders' }), {
    'worker: back to the list': `//main//h1[.='Your orders']`,
  });

  const confirm = client.getByRole('button', { name: 'Confirm it is done' }).and(client.locator(':enabled'));
  await confirm.waitFor();
  await time(client, confirm, { 'client: confirm': `//main//h2[.='Done']` });

  // The same week again: every close but the first finds nothing to do, and answers all the same.
  await billing.goto('/manage/billing');
  await time(billing, billing.getByRole('button', { name: 'Close a week' }), {
    'manager: open the close of a week': `//*[@role='dialog']//input[@type='date']`,
  });
  await time(billing, billing.getByRole('dialog').getByRole('button', { name: 'Close the week' }), {
    'manager: close the week': `//*[contains(text(),'The close has begun')]`,
  });
}

/** Waits until what the last click set off has been done: no event unsent, and none new for a while. */
async function idle(admin: postgres.Sql): Promise<void> {
  for (let seen = '', since = Date.now(); Date.now() - since < quietMs; ) {
    const [row] = await admin<{ now: string; isBusy: boolean }[]>`
      select count(*)::text as now, bool_or(sent_at is null) as "isBusy" from kernel.outbox`;
    if (row!.now !== seen || row!.isBusy) since = Date.now();
    seen = row!.now;
    await pause(50);
  }
}

/** Clicks, and waits in the page for every answer that is wanted. */
async function answersTo(page: Page, target: Locator, wanted: Wanted, gesture?: 'tap'): Promise<Answers> {
  await target.waitFor();
  await page.evaluate((asked) => (window as never as Watched).mcfWatch(asked), wanted);
  if (gesture === 'tap') await target.tap();
  else await target.click();
  const answers = await page.evaluate(() =>
    Promise.race([
      (window as never as Watched).mcfAnswers,
      new Promise<null>((resolve) => setTimeout(resolve, 30_000, null)),
    ]),
  );
  if (!answers) throw new Error(`No answer within 30 s: ${Object.keys(wanted).join(', ')} at ${page.url()}`);
  return answers;
}

type Watched = { mcfWatch(wanted: Wanted): void; mcfAnswers: Promise<Answers> };

/** Runs in every page, before anything else: remembers the click, looks after each change, waits for the painted frame. */
function watchAnswers(): void {
  const visible = (xpath: string): boolean => {
    const found = document.evaluate(
      xpath,
      document,
      null,
      XPathResult.FIRST_ORDERED_NODE_TYPE,
    ).singleNodeValue;
    return found instanceof HTMLElement && found.checkVisibility();
  };
  const here = window as never as Watched;
  here.mcfWatch = (wanted) => {
    for (const [name, xpath] of Object.entries(wanted))
      if (visible(xpath)) throw new Error(`"${name}" is on the screen before the click.`);
    let begun = 0;
    const clicked = (event: Event) => {
      begun ||= event.timeStamp;
    };
    addEventListener('click', clicked, { capture: true });
    // The browser keeps 250 entries and then no more.
    performance.clearResourceTimings();
    here.mcfAnswers = new Promise((resolve) => {
      const left = new Map(Object.entries(wanted));
      const answers: Answers = {};
      let pending = 0;
      const look = () => {
        if (!begun) return;
        // React keeps what is ticked in a property, which XPath does not see.
        for (const box of document.querySelectorAll<HTMLInputElement>('input[type=checkbox]'))
          box.toggleAttribute('data-checked-now', box.checked);
        for (const [name, xpath] of left) {
          if (!visible(xpath)) continue;
          left.delete(name);
          pending++;
          requestAnimationFrame(() => {
            const channel = new MessageChannel();
            // After the frame with the answer on it has been painted.
            channel.port1.onmessage = () => {
              const now = performance.now();
              const calls = performance
                .getEntriesByType('resource')
                .filter((entry) => entry.startTime >= begun - 1 && entry.startTime < now)
                .map((entry) => (entry as PerformanceResourceTiming).responseEnd - entry.startTime)
                .filter((ms) => ms > 0);
              answers[name] = {
                ms: now - begun,
                networkMs: Math.max(0, ...calls),
                at: performance.timeOrigin + now,
              };
              if (--pending > 0 || left.size > 0) return;
              observer.disconnect();
              removeEventListener('click', clicked, { capture: true });
              resolve(answers);
            };
            channel.port2.postMessage(null);
          });
        }
      };
      const observer = new MutationObserver(look);
      observer.observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
      // A tick changes a property only.
      addEventListener('change', () => queueMicrotask(look), { capture: true });
    });
  };
}

/** What a phone's camera makes: three megapixels of noise, too large to be sent as it is. */
async function photo(): Promise<{ name: string; mimeType: string; buffer: Buffer }> {
  photoBytes ??= await sharp({
    create: {
      width: 2048,
      height: 1536,
      channels: 3,
      background: '#777777',
      noise: { type: 'gaussian', mean: 128, sigma: 30 },
    },
  })
    .blur(1.2)
    .jpeg({ quality: 85 })
    .toBuffer();
  return { name: 'photo.jpg', mimeType: 'image/jpeg', buffer: photoBytes };
}
let photoBytes: Buffer | undefined;

/** The cookie is baked at once: the warehouse's wait for it is not what is measured. */
async function quicken(instance: Instance): Promise<void> {
  const response = await fetch(`${instance.urls.outside}/knobs/cookies`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ bakeSeconds: 1 }),
  });
  if (!response.ok) throw new Error(`The knobs answer ${response.status}.`);
}

function databaseOf(superuserUrl: string, instance: Instance): string {
  const url = new URL(superuserUrl);
  url.pathname = new URL(instance.env.DATABASE_URL!).pathname;
  return url.href;
}

/** The wall clock in the business zone, as a datetime field wants it. */
function inMinutes(minutes: number): string {
  return new Intl.DateTimeFormat('sv-SE', {
    timeZone: 'Europe/Berlin',
    dateStyle: 'short',
    timeStyle: 'short',
  })
    .format(Date.now() + minutes * 60_000)
    .replace(' ', 'T');
}

function figuresOf(samples: { ms: number; networkMs: number }[]) {
  const at = (values: number[], share: number) => {
    const sorted = values.toSorted((a, b) => a - b);
    return Math.round(sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!);
  };
  const times = samples.map(({ ms }) => ms);
  return {
    n: samples.length,
    p50Ms: at(times, 0.5),
    p95Ms: at(times, 0.95),
    maxMs: at(times, 1),
    networkP50Ms: at(
      samples.map(({ networkMs }) => networkMs),
      0.5,
    ),
  };
}
