import { expect, test } from '@playwright/test';
import { expectReadable, inMinutes, mailsTo, picture, signedIn, testersBrowser } from './fixtures.ts';
import { assigned, handOver, placeOrder, row, startAndReport, workerAt } from './steps.ts';

const place = (what: string) => `${what}, shelf ${Date.now() % 100_000}`;

test('a client cancels what a cat was engaged for: it is paid in full, and studied [US-030][US-200]', async ({
  browser,
}) => {
  const { page: client } = await testersBrowser(browser, 'duchess');
  const manager = await signedIn(browser, 'manager@mcf.example', 'desktop');
  const order = await placeOrder(client, { place: place('Cancelled') });
  // The button that was pressed is gone: a keyboard goes on from the heading, not from the top of the document.
  const heading = client.getByRole('heading', { level: 1 });
  await expect(heading).toBeFocused();

  await client.getByRole('button', { name: 'Cancel the order' }).click();
  const dialog = client.getByRole('dialog');
  await expect(dialog).toContainText(`paid in full, ${order.price}`);
  await expectReadable(client);
  await dialog.getByLabel('Why, if you like to say').fill('The glass fell by itself.');
  await dialog.getByRole('button', { name: 'Cancel the order' }).click();
  await expect(client.getByRole('heading', { name: 'Cancelled' })).toBeVisible();
  await expect(client.getByText('It stays on your invoice')).toBeVisible();
  await expect(heading).toBeFocused();
  await expectReadable(client);

  // The books have it, though nothing was done.
  await client.goto('/invoices');
  await expect(client.locator('main')).toContainText(order.number, { timeout: 30_000 });
  await expect(client.locator('main')).toContainText(order.price);

  await manager.goto('/manage/quality');
  await expect(row(manager, order.number)).toContainText('Cancelled', { timeout: 30_000 });
  await expect(row(manager, order.number)).toContainText('The glass fell by itself.');
  await expectReadable(manager);
  await row(manager, order.number).getByRole('link').click();
  await expect(manager.getByRole('heading', { name: 'Conclusion of the incident' })).toBeVisible();
  await expectReadable(manager);

  // Whoever was to come sees that it is over, and owes nobody anything.
  const worker = await workerAt(browser, order);
  await expect(worker.getByText('Cancelled', { exact: true })).toBeVisible();
  await expect(worker.getByRole('button', { name: 'Started' })).toHaveCount(0);
  await expectReadable(worker);
});

test('a client disputes; the box comes back, and somebody else comes for the re-order [US-200][US-131][US-132]', async ({
  browser,
}) => {
  const { page: client } = await testersBrowser(browser, 'pixel');
  const staff = await signedIn(browser, 'staff@mcf.example', 'tablet');
  const manager = await signedIn(browser, 'manager@mcf.example', 'desktop');
  const order = await placeOrder(client, { place: place('Disputed') });

  await handOver(staff, order.number);
  const worker = await workerAt(browser, order);
  await startAndReport(worker);

  await test.step('the client says what is wrong, with a reason', async () => {
    await client.getByRole('button', { name: 'Something is wrong' }).click();
    const dialog = client.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Send' }).click();
    await expect(dialog.getByText('Please fill this in.')).toBeVisible();
    await dialog.getByLabel('What is wrong').fill('The pen is still on the desk.');
    await dialog.getByRole('button', { name: 'Send' }).click();
    await expect(client.getByRole('heading', { name: 'This did not work out' })).toBeVisible();
    await expect(client.getByText('The pen is still on the desk.')).toBeVisible();
    await expectReadable(client);
  });

  await test.step('the worker’s phone says so', async () => {
    await expect(worker.getByText('The client disputed the report')).toBeVisible();
    await expectReadable(worker);
  });

  await test.step('it is in the quality queue by itself [US-200]', async () => {
    await manager.goto('/manage/quality');
    await expect(row(manager, order.number)).toContainText('The client disputed the report', {
      timeout: 30_000,
    });
    await expect(row(manager, order.number)).toContainText('The pen is still on the desk.');
  });

  await test.step('the warehouse expects the box back, and books it [US-160]', async () => {
    await staff.goto('/warehouse');
    const card = staff.getByRole('article').filter({ hasText: order.number });
    await expect(card).toContainText('Return expected', { timeout: 30_000 });
    await expectReadable(staff);
    await card.getByRole('link').click();
    await expect(staff.getByRole('heading', { name: 'Take back' })).toBeVisible();
    await expectReadable(staff);
    await staff.getByRole('button', { name: 'Take back' }).click();
    await expect(staff.getByText('10 back')).toBeVisible();
    await expect(staff.getByText('Taken back', { exact: true }).first()).toBeVisible();
    await expectReadable(staff);
  });

  await test.step('requested again for another time, it goes to somebody else', async () => {
    await client.getByRole('button', { name: 'Request again' }).click();
    const dialog = client.getByRole('dialog');
    await dialog.getByLabel('New time').fill(inMinutes(-60));
    await dialog.getByRole('button', { name: 'Request again' }).click();
    await expect(dialog.getByText('This time has passed. Choose a later one.')).toBeVisible();
    await dialog.getByLabel('New time').fill(inMinutes(90));
    await dialog.getByRole('button', { name: 'Request again' }).click();
    await expect(client).not.toHaveURL(new RegExp(order.orderId));
    const again = await assigned(client);
    expect(again.orderId).not.toBe(order.orderId);
    expect(again.workerName).not.toBe(order.workerName);
    await expect(client.getByRole('link', { name: 'Open the first request' })).toBeVisible();
    await expectReadable(client);
    await manager.goto(`/manage/orders/${again.orderId}`);
    const step = row(manager, 'Not who failed it before');
    const [before, after] = (await step.getByRole('cell').allTextContents()).slice(1, 3).map(Number);
    expect(after).toBe(before! - 1);
    await expectReadable(manager);
    // The first request leads to the new one, and cannot be asked again.
    await client.getByRole('link', { name: 'Open the first request' }).click();
    await expect(client.getByRole('link', { name: 'Open the new request' })).toBeVisible();
    await expect(client.getByRole('button', { name: 'Request again' })).toHaveCount(0);
  });
});

test('a worker cannot come: the client knows at once, and is offered another time [US-130]', async ({
  browser,
}) => {
  const { page: client } = await testersBrowser(browser, 'snezhok');
  const manager = await signedIn(browser, 'manager@mcf.example', 'desktop');
  const order = await placeOrder(client, { place: place('Declined') });
  const worker = await workerAt(browser, order);
  await worker.getByRole('button', { name: 'I cannot come' }).click();
  await worker.getByRole('dialog').getByLabel('What happened').fill('My paw hurts.');
  await expectReadable(worker);
  await worker.getByRole('dialog').getByRole('button', { name: 'I cannot come' }).click();
  await expect(worker.getByText('The worker could not come')).toBeVisible();
  await expectReadable(worker);

  // The client's page was open all the time.
  await expect(client.getByRole('heading', { name: 'This did not work out' })).toBeVisible();
  await expect(client.getByText('The cat could not come.')).toBeVisible();
  await expect(client.getByRole('button', { name: 'Request again' })).toBeVisible();
  await expectReadable(client);
  await expect
    .poll(async () => (await mailsTo('snezhok@happycatbox.example')).map(({ subject }) => subject).join(), {
      timeout: 30_000,
    })
    .toContain(order.number);

  await manager.goto('/manage/quality');
  await expect(row(manager, order.number)).toContainText('My paw hurts.', { timeout: 30_000 });

  await test.step('whoever studies it waives the penalty, and everybody reads who and why', async () => {
    await row(manager, order.number).getByRole('link').click();
    await expect(manager.getByRole('heading', { name: 'Conclusion of the incident' })).toBeVisible();
    const penalty = manager.getByRole('region', { name: 'Penalty' });
    await expect(async () => {
      await manager.reload();
      await expect(penalty).toContainText(`${order.workerName} was fined 40.00\u00a0units`, {
        timeout: 2000,
      });
    }).toPass();
    await penalty.getByRole('button', { name: 'Waive the penalty' }).click();
    const dialog = manager.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Waive the penalty' }).click();
    await expect(dialog.getByText('Please fill this in.')).toBeVisible();
    await dialog.getByLabel('Why').fill('The paw was bitten at work.');
    await expectReadable(manager);
    await dialog.getByRole('button', { name: 'Waive the penalty' }).click();
    await expect(penalty).toContainText(/Penalty waived by Marfa Whiskers, .*because: The paw was bitten/);
    await expect(penalty.getByRole('button')).toHaveCount(0);
    await expectReadable(manager);
    await manager.goto(`/manage/orders/${order.orderId}`);
    await expect(penalty).toContainText('Penalty waived by Marfa Whiskers');
    await expectReadable(manager);
    await picture(manager, 'penalty-waived');
    await worker.goto('/work/money');
    await expect(worker.getByText('from Marfa Whiskers: The paw was bitten at work.')).toBeVisible();
    await expectReadable(worker);
  });
});

test('a manager ends an order with a reason that stays [US-200]', async ({ browser }) => {
  const { page: client } = await testersBrowser(browser, 'gingersnap');
  const staff = await signedIn(browser, 'staff@mcf.example', 'tablet');
  const manager = await signedIn(browser, 'manager@mcf.example', 'desktop');
  const order = await placeOrder(client, { place: place('Ended') });

  await manager.goto(`/manage/orders/${order.orderId}`);
  await manager.getByRole('button', { name: 'End the order' }).click();
  const dialog = manager.getByRole('dialog');
  await expect(dialog.getByRole('radio', { name: 'Completed' })).toBeDisabled();
  await expectReadable(manager);
  await dialog.getByLabel('Why').fill('The tower is closed today.');
  await dialog.getByRole('radio', { name: 'Failed' }).check();
  await dialog.getByRole('button', { name: 'End the order' }).click();
  await expect(manager.getByRole('button', { name: 'End the order' })).toHaveCount(0);
  await expect(manager.getByRole('table', { name: 'Every change of state' })).toContainText(
    'The tower is closed today.',
  );

  await expect(client.getByRole('heading', { name: 'This did not work out' })).toBeVisible();
  await expect(client.getByText('A manager ended it.')).toBeVisible();
  await expect(client.getByText('The tower is closed today.')).toBeVisible();

  await manager.goto('/manage/quality');
  await expect(row(manager, order.number)).toContainText('A manager ended it', { timeout: 30_000 });

  // Nothing had been issued: the job is off the board, and nothing is booked.
  await staff.goto('/warehouse');
  await expect(staff.getByRole('heading', { name: 'Jobs', exact: true })).toBeAttached();
  await expect(staff.getByRole('article').filter({ hasText: order.number })).toHaveCount(0, {
    timeout: 30_000,
  });
});
