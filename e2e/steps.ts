import { type Browser, expect, type Page } from '@playwright/test';
import { inMinutes, photo, setKnobs, signedIn } from './fixtures.ts';

export type Placed = { orderId: string; number: string; workerName: string; price: string };

/** A row of a table, by a text in it. */
export const row = (page: Page, text: string | RegExp) => page.getByRole('row').filter({ hasText: text });

/** Fills in the client's request form and leaves it unsent. */
export async function fillRequest(
  client: Page,
  { place, minutes = 25, service = /pen off/i }: { place: string; minutes?: number; service?: RegExp },
): Promise<void> {
  await client.goto('/orders/new');
  await client.getByRole('radio', { name: service }).check();
  await client.getByLabel('What is to be done').fill('The one on the left, while everybody is watching.');
  await client.getByRole('textbox', { name: 'When' }).fill(inMinutes(minutes));
  await client.getByRole('textbox', { name: 'Where' }).fill(place);
  await client.getByLabel('Whom to ask on the spot').fill('Boris, ext. 12');
}

/** The order's page once a worker has been found, without anybody reloading it. */
export async function assigned(client: Page): Promise<Placed> {
  await expect(client).toHaveURL(/\/orders\/[0-9a-f-]{36}$/);
  const heading = client.getByRole('heading', { name: /takes it on/ });
  await expect(heading).toBeVisible({ timeout: 30_000 });
  return {
    orderId: new URL(client.url()).pathname.split('/').at(-1)!,
    number: /Request (\S+?),/.exec((await client.locator('main').textContent())!)![1]!,
    workerName: (await heading.textContent())!.replace(' takes it on', ''),
    price: /\d+\.\d\d/.exec(
      (await client
        .getByRole('definition')
        .filter({ hasText: /\d\.\d\d/ })
        .first()
        .textContent())!,
    )![0],
  };
}

/** A client asks for help, and waits for the worker. */
export async function placeOrder(client: Page, request: Parameters<typeof fillRequest>[1]): Promise<Placed> {
  // Asked for as soon as there is a worker, so the baker has to be told before.
  await setKnobs('cookies', { bakeSeconds: 1 });
  await fillRequest(client, request);
  await client.getByRole('button', { name: 'Request help' }).click();
  return assigned(client);
}

/** The warehouse ticks the kit, waits for the cookie, and lets the worker sign. */
export async function handOver(staff: Page, number: string): Promise<void> {
  await staff.goto('/warehouse');
  await staff.getByRole('article').filter({ hasText: number }).getByRole('link').click();
  await expect(staff.getByRole('heading', { name: 'Kit', exact: true })).toBeVisible();
  await expect(staff.getByRole('navigation').getByRole('link', { name: 'Jobs' })).toHaveAttribute(
    'aria-current',
    'page',
  );
  for (const box of await staff.getByRole('checkbox').all()) {
    await box.press('Space');
    await expect(box).toBeChecked();
  }
  await expect(staff.getByRole('button', { name: 'Hand over' })).toBeEnabled({ timeout: 45_000 });
  await staff.getByRole('button', { name: 'Hand over' }).click();
  const pad = (await staff.getByRole('dialog').locator('canvas').boundingBox())!;
  await staff.mouse.move(pad.x + 30, pad.y + 40);
  await staff.mouse.down();
  await staff.mouse.move(pad.x + 160, pad.y + 70, { steps: 5 });
  await staff.mouse.up();
  await staff.getByRole('dialog').getByRole('button', { name: 'Issued' }).click();
  await expect(staff.getByText('Issued', { exact: true }).first()).toBeVisible();
}

/** A worker's phone, at one order. */
export async function workerAt(
  browser: Browser,
  { workerName, orderId }: Pick<Placed, 'workerName' | 'orderId'>,
): Promise<Page> {
  const worker = await signedIn(browser, `${workerName.toLowerCase()}@mcf.example`, 'phone');
  await worker.goto(`/work/${orderId}`);
  return worker;
}

/** The worker arrives, works, and proves it. */
export async function startAndReport(worker: Page): Promise<void> {
  await worker.getByLabel('Photo of the place').setInputFiles(await photo('#446688'));
  await worker.getByRole('button', { name: 'Started' }).click();
  await expect(worker.getByText('In progress', { exact: true })).toBeVisible();
  await worker.getByLabel('Photo of the signed report').setInputFiles(await photo('#ddccaa'));
  await worker.getByRole('button', { name: 'Done' }).click();
  await expect(worker.getByText('Reported', { exact: true })).toBeVisible();
}
