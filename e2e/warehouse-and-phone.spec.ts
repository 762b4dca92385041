import { type Browser, expect, type Page, test } from '@playwright/test';
import { expectReadable, inMinutes, photo, picture, setKnobs, signedIn, testersBrowser } from './fixtures.ts';

/** An order whose box was packed, let go without a cookie, and signed for. Leaves every page where that ended. */
async function issuedOrder(browser: Browser): Promise<{ client: Page; staff: Page; worker: Page }> {
  await setKnobs('cookies', { bakeSeconds: 600 });
  const { page: client } = await testersBrowser(browser, 'murka');
  await client.goto('/orders/new');
  await client.getByRole('radio', { name: /pen/i }).first().check();
  await client.getByLabel('What is to be done').fill('The blue pen, to the very edge and over it.');
  await client.getByRole('textbox', { name: 'When' }).fill(inMinutes(25));
  await client.getByRole('textbox', { name: 'Where' }).fill('Tower 1, floor 2, the desk by the window');
  await client.getByLabel('Whom to ask on the spot').fill('Boris, +49 30 1234567');
  await client.getByRole('button', { name: 'Request help' }).click();
  const heading = await client.getByRole('heading', { name: /takes it on/ }).textContent();
  const workerName = heading!.replace(' takes it on', '');
  const number = /Request (\S+?),/.exec((await client.locator('main').textContent())!)![1]!;

  const staff = await signedIn(browser, 'staff@mcf.example', 'tablet');
  await staff.getByRole('article').filter({ hasText: number }).getByRole('link').click();
  await expect(staff.getByRole('heading', { name: 'Kit', exact: true })).toBeVisible();
  for (const box of await staff.getByRole('checkbox').all()) {
    await box.press('Space');
    await expect(box).toBeChecked();
  }
  await expect(staff.getByRole('button', { name: 'Hand over' })).toBeDisabled();
  await staff.getByRole('button', { name: 'Go without the cookie' }).click();
  await staff.getByLabel('Why').fill('The worker has to leave now');
  await staff.getByRole('button', { name: 'Go without', exact: true }).click();
  await expect(staff.getByText('Goes without')).toBeVisible();
  await staff.getByRole('button', { name: 'Hand over' }).click();
  await staff.getByRole('button', { name: 'Issued' }).click();
  await expect(staff.getByText('The worker has to sign first.')).toBeVisible();
  const dialog = staff.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Type the name instead' }).click();
  await dialog.getByRole('textbox').fill(workerName);
  await dialog.getByRole('button', { name: 'Issued' }).click();
  await expect(staff.getByText(`Issued. ${workerName} may start.`)).toBeVisible();

  const worker = await signedIn(browser, `${workerName.toLowerCase()}@mcf.example`, 'phone');
  await worker.getByRole('listitem').filter({ hasText: 'the desk by the window' }).getByRole('link').click();
  await expect(worker.getByRole('button', { name: 'Started' })).toBeVisible();
  return { client, staff, worker };
}

test('photos taken without network are kept on the phone and sent once [US-180]', async ({ browser }) => {
  const { worker, client } = await issuedOrder(browser);
  const network = (isThere: boolean) => worker.context().setOffline(!isThere);

  await test.step('the phone keeps the page for later', async () => {
    await expect
      .poll(() => worker.evaluate(async () => (await caches.match(location.href)) !== undefined))
      .toBe(true);
  });

  await test.step('without network the photo stays on the phone, and the next step is open', async () => {
    await network(false);
    await worker.getByLabel('Photo of the place').setInputFiles(await photo('#446688'));
    await worker.getByRole('button', { name: 'Started' }).click();
    await expect(worker.getByText('1 photo is not sent yet')).toBeVisible();
    await expect(worker.getByText('No network. It is kept on this phone')).toBeVisible();
    await worker.getByLabel('Photo of the signed report').setInputFiles(await photo('#ddccaa'));
    await worker.getByRole('button', { name: 'Done' }).click();
    await expect(worker.getByText('2 photos are not sent yet')).toBeVisible();
    await expectReadable(worker);
    await picture(worker, 'worker-offline');
  });

  await test.step('the page opens again without network, and the photos are still there', async () => {
    await worker.reload();
    await expect(worker.getByText('2 photos are not sent yet')).toBeVisible();
  });

  await test.step('with network both go out by themselves, in their order', async () => {
    await network(true);
    await expect(client.getByText('Reported', { exact: true }).first()).toBeVisible();
    await expect(worker.getByText('not sent yet')).toBeHidden();
    await expect(client.getByRole('img', { name: /On arrival|Signed report/ })).toHaveCount(2);
  });
});

test('a photo that is none, or far too large, is refused in words and can be taken again', async ({
  browser,
}) => {
  const { worker } = await issuedOrder(browser);
  await worker
    .getByLabel('Photo of the place')
    .setInputFiles({ name: 'cat.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('no cat at all') });
  await worker.getByRole('button', { name: 'Started' }).click();
  await expect(worker.getByText('This file is not a photo we can read.').last()).toBeInViewport();
  await expectReadable(worker);
  await worker.getByRole('button', { name: 'Remove' }).click();
  await worker
    .getByLabel('Photo of the place')
    .setInputFiles({ name: 'cat.jpg', mimeType: 'image/jpeg', buffer: Buffer.alloc(16_000_000, 0xff) });
  await worker.getByRole('button', { name: 'Started' }).click();
  await expect(worker.getByText('This photo is over 15 MB.').last()).toBeInViewport();
  await worker.getByRole('button', { name: 'Remove' }).click();
  await worker.getByLabel('Photo of the place').setInputFiles(await photo('#446688'));
  await worker.getByRole('button', { name: 'Started' }).click();
  await expect(worker.getByText('In progress', { exact: true })).toBeVisible();
});

test('what was issued for a cancelled order comes back onto the shelf', async ({ browser }) => {
  const { client, staff, worker } = await issuedOrder(browser);

  await test.step('the client cancels; staff and worker learn of it', async () => {
    await client.getByRole('button', { name: 'Cancel' }).first().click();
    await client
      .getByRole('dialog')
      .getByRole('button', { name: /Cancel/ })
      .last()
      .click();
    await expect(staff.getByText('Return expected').first()).toBeVisible();
    await expect(worker.getByText('Please bring it back to the warehouse')).toBeVisible();
    await expectReadable(staff);
  });

  await test.step('what is missing needs a reason', async () => {
    await staff.getByRole('textbox', { name: 'Came back: Ballpoint pen' }).fill('7');
    await staff.getByRole('button', { name: 'Take back', exact: true }).click();
    await expect(staff.getByText('Say why something did not come back.')).toBeVisible();
    await staff.getByLabel('Why something is missing').fill('Three rolled under the sofa');
    await staff.getByRole('button', { name: 'Take back', exact: true }).click();
    await expect(staff.getByText('7 back, 3 written off')).toBeVisible();
    await expect(worker.getByText('Brought back')).toBeVisible();
  });

  await test.step('the journal says so', async () => {
    await staff.goto('/warehouse/stock');
    await expectReadable(staff);
    await staff.getByRole('link', { name: 'Ballpoint pen' }).click();
    await expect(staff.getByRole('row').filter({ hasText: 'Returned' }).first()).toContainText('+7');
    await expect(staff.getByRole('row').filter({ hasText: 'Written off' }).first()).toContainText(
      'Three rolled under the sofa',
    );
    await expectReadable(staff);
  });
});
