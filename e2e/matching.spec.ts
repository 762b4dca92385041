import { expect, test } from '@playwright/test';
import { setKnobs, signedIn, testersBrowser } from './fixtures.ts';
import { assigned, fillRequest, placeOrder, row } from './steps.ts';

test('a manager composes a pipeline, replays past orders, publishes, sees it at work, and goes back [US-070]', async ({
  browser,
}) => {
  const manager = await signedIn(browser, 'manager@mcf.example', 'desktop');
  const { page: client } = await testersBrowser(browser, 'murka');
  await client.goto('/orders');
  const first = await placeOrder(client, { place: 'Shelf of the pipeline, before', minutes: 90 });

  await test.step('compose: add a step, weigh it, move it by keyboard, save', async () => {
    await manager.goto('/manage/matching');
    await expect(manager.getByText('Version 1 in force')).toBeVisible();
    await expect(manager.getByText('No difference.')).toBeVisible();
    await manager.getByLabel('Which step').selectOption({ label: 'Completion rate' });
    await manager.getByRole('button', { name: 'Add a step' }).click();
    const step = manager
      .getByRole('listitem')
      .filter({ has: manager.getByText('Completion rate', { exact: true }) });
    await step.getByLabel('Weight').first().fill('4');
    const handle = manager.getByRole('button', { name: 'Move “Completion rate”', exact: true });
    await handle.press('ArrowUp');
    await expect(manager.getByRole('status').filter({ hasText: 'now step 4' })).toBeAttached();
    // A safeguard is not passed.
    await handle.press('ArrowUp');
    await handle.press('ArrowUp');
    await expect(manager.getByRole('status').filter({ hasText: 'now step 3' })).toBeAttached();
    await manager.getByRole('button', { name: 'Remove “Fair load”' }).click();
    await manager.getByRole('button', { name: 'Save draft' }).click();
    await expect(manager.getByText('Draft on version 1, saved')).toBeVisible();
    const changes = manager.getByRole('region', { name: 'Compared with what is in force' });
    await expect(changes.getByText('Completion rate added')).toBeVisible();
    await expect(changes.getByText('Fair load removed')).toBeVisible();
  });

  await test.step('replay past orders against the draft', async () => {
    await manager.getByRole('link', { name: 'Replays' }).click();
    await manager.getByRole('button', { name: 'Start replay' }).click();
    await expect(manager).toHaveURL(/replays\/[0-9a-f-]{36}$/);
    await expect(manager.getByRole('heading', { name: 'What would have changed' })).toBeVisible({
      timeout: 60_000,
    });
    await expect(row(manager, 'Load spread')).toBeVisible();
    await manager.getByRole('link', { name: 'All', exact: true }).click();
    await row(manager, first.number).getByRole('link').click();
    for (const title of ['As it was', 'With the draft'])
      await expect(manager.getByRole('region', { name: title })).toBeVisible();
    await expect(
      manager
        .getByRole('region', { name: 'With the draft' })
        .getByRole('row')
        .filter({ hasText: 'Completion rate' })
        .first(),
    ).toBeVisible();
  });

  await test.step('publish, with what is different before one’s eyes', async () => {
    await manager.goto('/manage/matching');
    await manager.getByRole('button', { name: 'Publish version 2' }).click();
    const dialog = manager.getByRole('dialog');
    await expect(dialog.getByText('Completion rate added')).toBeVisible();
    await dialog.getByLabel('What changes, and why').fill('Try those who are reliable.');
    await dialog.getByRole('button', { name: 'Publish' }).click();
    await expect(manager.getByText('Version 2 in force')).toBeVisible();
  });

  await test.step('the next order is matched by it, and its trace says how', async () => {
    await client.goto('/orders');
    const second = await placeOrder(client, { place: 'Shelf of the pipeline, after', minutes: 200 });
    expect(await client.content()).not.toContain('Completion rate');
    await manager.goto(`/manage/orders/${second.orderId}`);
    const trace = manager.getByRole('region', { name: 'How it was matched' });
    await expect(trace.getByText('Pipeline 2')).toBeVisible();
    await expect(trace.getByRole('row').filter({ hasText: 'Completion rate × 4' })).toBeVisible();
  });

  await test.step('back to the older version in one click; nobody else gets in', async () => {
    await manager.goto('/manage/matching/versions');
    await expect(manager.getByText('Try those who are reliable.')).toBeVisible();
    await manager.getByRole('button', { name: 'Go back to it' }).last().click();
    await manager.getByRole('dialog').getByRole('button', { name: 'Put in force' }).click();
    await expect(manager.getByText('Version 1 again')).toBeVisible();
    const worker = await signedIn(browser, 'vasya@mcf.example', 'phone');
    const response = await worker.goto('/manage/matching');
    expect(response!.url()).not.toContain('/manage/matching/versions');
    await expect(worker.getByRole('heading', { name: 'Matching' })).toHaveCount(0);
  });
});

test('a step of the algorithm people rates, is left out when it is late, and the order is assigned all the same [US-070][US-073]', async ({
  browser,
}) => {
  const manager = await signedIn(browser, 'manager@mcf.example', 'desktop');
  const { page: client } = await testersBrowser(browser, 'murka');
  const add = async (step: string) => {
    await manager.getByLabel('Which step').selectOption({ label: step });
    await manager.getByRole('button', { name: 'Add a step' }).click();
  };
  const traceOf = async (orderId: string) => {
    await manager.goto(`/manage/orders/${orderId}`);
    return manager
      .getByRole('region', { name: 'How it was matched' })
      .getByRole('row')
      .filter({ hasText: 'Remote score × 3' });
  };

  await test.step('add the step by its address, and a price for each service', async () => {
    await manager.goto('/manage/matching');
    await add('Remote score');
    const remote = manager
      .getByRole('listitem')
      .filter({ has: manager.getByText('Remote score', { exact: true }) });
    await remote.getByLabel('Weight').first().fill('3');
    await remote.getByLabel('Address').fill('https://steps.example.org/');
    await expect(remote.getByText('steps.example.org is not allowed')).toBeVisible();
    await remote.getByLabel('Address').fill(`${process.env.E2E_OUTSIDE_URL}/remote-step`);
    await expect(remote.getByText('is not allowed')).toHaveCount(0);
    await manager.getByRole('button', { name: 'Remove “One price for all”' }).click();
    await add('Price by service');
    await manager.getByLabel(/pen off/i).fill('83.50');
    // A colleague has something unsaved on the screen: it stays until they let it go.
    const colleague = await signedIn(browser, 'tosha@mcf.example', 'desktop');
    await colleague.goto('/manage/matching');
    await colleague.getByLabel('Weight').first().fill('9');
    await manager.getByRole('button', { name: 'Save draft' }).click();
    await expect(manager.getByText(/Draft on version \d+, saved/)).toBeVisible();
    await expect(colleague.getByText('The draft is another one by now')).toBeVisible();
    await expect(colleague.getByLabel('Weight').first()).toHaveValue('9');
    await expect(colleague.getByRole('button', { name: 'Save draft' })).toBeDisabled();
    await colleague.getByRole('button', { name: 'Show what is there now' }).click();
    await expect(colleague.getByText('The draft is another one by now')).toHaveCount(0);
    await expect(colleague.getByText('Remote score', { exact: true }).first()).toBeVisible();
    await colleague.close();
    await manager.getByRole('button', { name: /Publish version/ }).click();
    const dialog = manager.getByRole('dialog');
    await dialog.getByLabel('What changes, and why').fill('Ask the algorithm people.');
    await dialog.getByRole('button', { name: 'Publish' }).click();
    await expect(manager.getByText('No difference.')).toBeVisible();
  });

  await test.step('it rates, and the client pays what was estimated', async () => {
    await fillRequest(client, { place: 'Shelf of the remote step', minutes: 300 });
    const estimate = client.getByText('Approximate cost').locator('..');
    await expect(estimate).toContainText(/\d+\.\d\d/);
    const estimated = /\d+\.\d\d/.exec((await estimate.textContent())!)![0];
    await client.getByRole('button', { name: 'Request help' }).click();
    const { orderId, price } = await assigned(client);
    expect(price).toBe(estimated);
    await expect(await traceOf(orderId)).toContainText('scored');
    expect(await client.content()).not.toContain('remote-step');
  });

  await test.step('late, it is left out, and the trace says why', async () => {
    await setKnobs('remote-step', { delayMs: 900 });
    const late = await placeOrder(client, { place: 'Shelf of the late step', minutes: 420 });
    await expect(await traceOf(late.orderId)).toContainText('skipped, no answer in time');
    await setKnobs('remote-step', { delayMs: 0 });
  });

  await test.step('back to what was before', async () => {
    await manager.goto('/manage/matching/versions');
    await manager.getByRole('button', { name: 'Go back to it' }).last().click();
    await manager.getByRole('dialog').getByRole('button', { name: 'Put in force' }).click();
    await expect(manager.getByText('Version 1 again').first()).toBeVisible();
  });
});
