import { expect, test } from '@playwright/test';
import { demoPassword, expectReadable, mailsTo, photo, signedIn, sizes, testersBrowser } from './fixtures.ts';
import { placeOrder, row } from './steps.ts';

test('a cat applies, is scored and accepted, comes in with a password, and is matched [US-090][US-110][US-120]', async ({
  browser,
}) => {
  const unique = Date.now() % 10_000_000;
  // Named like the demo's cats: whichever journey meets this one later can sign in as it.
  const name = `Kuzya-${unique}`;
  const email = `kuzya-${unique}@mcf.example`;
  const phone = await (
    await browser.newContext({
      ...sizes.phone,
      baseURL: process.env.E2E_APP_URL,
      locale: 'en-US',
      reducedMotion: 'reduce',
    })
  ).newPage();
  const manager = await signedIn(browser, 'manager@mcf.example', 'desktop');

  await test.step('the application, with a photo', async () => {
    await phone.goto('/apply');
    await expectReadable(phone);
    await phone.getByLabel('Name').fill(name);
    await phone.getByLabel('Age in years').fill('4');
    await phone.getByLabel('Coat colour').selectOption('Tabby');
    await phone.getByLabel('Breed').fill('Siberian');
    await phone.getByLabel('E-mail').fill(email);
    await phone.getByLabel('What you do best').fill('Shelves. All of them.');
    await phone.locator('input[type=file]').setInputFiles(await photo('#a0784f'));
    await phone.getByRole('button', { name: 'Send the application' }).click();
    await expect(phone.getByText('Your application has arrived')).toBeVisible({ timeout: 30_000 });
    await expectReadable(phone);
    await expect.poll(async () => (await mailsTo(email)).length, { timeout: 30_000 }).toBe(1);
  });

  await test.step('a manager scores and accepts', async () => {
    await manager.goto('/manage/hiring');
    await expectReadable(manager);
    await row(manager, name).getByRole('link').click();
    await expect(manager.getByRole('img', { name, exact: true })).toBeVisible();
    const scores = manager.locator('form').getByRole('textbox', { name: /^(?!Note)/ });
    for (const score of await scores.all()) await score.fill('100');
    await expectReadable(manager);
    await manager.getByLabel('Note').fill('Pushed the test glass and looked at us.');
    await manager.getByRole('button', { name: 'Accept into the pool' }).click();
    await manager.getByRole('dialog').getByRole('button', { name: 'Accept into the pool' }).click();
    await expect(manager.getByText('Accepted', { exact: true }).first()).toBeVisible();
    await expect(manager.getByRole('button', { name: 'Accept into the pool' })).toHaveCount(0);
    await expectReadable(manager);
  });

  await test.step('the invitation comes by mail; the cat chooses a password and is in', async () => {
    await expect.poll(async () => (await mailsTo(email)).length, { timeout: 30_000 }).toBeGreaterThan(1);
    const link = (await mailsTo(email))
      .map(({ text }) => /\/sign-in\/invitation\/\S+/.exec(text)?.[0])
      .find(Boolean)!;
    await phone.goto(link);
    await expect(phone.getByRole('heading', { name: `Welcome, ${name}` })).toBeVisible();
    await expectReadable(phone);
    await phone.getByLabel('Password').fill('short');
    await phone.getByRole('button', { name: 'Save and come in' }).click();
    await expect(phone.getByText('At least 10 characters, please.')).toBeVisible();
    await phone.getByLabel('Password').fill(demoPassword);
    await phone.getByRole('button', { name: 'Save and come in' }).click();
    await expect(phone).toHaveURL(/\/work$/);
    await expect(phone.getByText('Nothing to do right now')).toBeVisible();
    await expectReadable(phone);

    // The link has done its work; from now on it is e-mail and password.
    const other = await (
      await browser.newContext({ ...sizes.phone, baseURL: process.env.E2E_APP_URL, locale: 'en-US' })
    ).newPage();
    await other.goto(link);
    await expect(other.getByRole('heading', { name: 'This link no longer works' })).toBeVisible();
    await expectReadable(other);
    await other.goto('/sign-in');
    await other.getByLabel('E-mail').fill(email);
    await other.getByLabel('Password').fill(demoPassword);
    await other.getByRole('button', { name: 'Sign in' }).click();
    await expect(other).toHaveURL(/\/work$/);
  });

  await test.step('matching knows the new cat', async () => {
    const { page: client } = await testersBrowser(browser, 'matroskin');
    const place = `Hired, shelf ${unique}`;
    const order = await placeOrder(client, { place });
    await manager.goto(`/manage/orders/${order.orderId}`);
    await expect(manager.getByRole('table', { name: 'Best rated candidates' })).toContainText(name);
    await expectReadable(manager);
    // Best at everything, and with nothing else to do.
    expect(order.workerName).toBe(name);
    await expect(phone.getByRole('listitem').filter({ hasText: place })).toBeVisible();
  });
});

test('the application is there in Russian, its errors and its mail too [US-090]', async ({ browser }) => {
  const email = `ryzhaya-${Date.now() % 10_000_000}@cats.example`;
  const context = await browser.newContext({
    ...sizes.phone,
    baseURL: process.env.E2E_APP_URL,
    locale: 'ru-RU',
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  await page.goto('/apply');
  await expect(page.getByRole('heading', { name: 'Работа у нас' })).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('lang', 'ru');
  await page.getByRole('button', { name: 'Отправить заявку' }).click();
  await expect(page.getByLabel('Имя')).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByLabel('Имя')).toBeFocused();
  await expectReadable(page);
  await page.getByLabel('Имя').fill('Рыжая');
  await page.getByLabel('Возраст в годах').fill('2');
  await page.getByLabel('Окрас').selectOption('Рыжий');
  await page.getByLabel('Порода').fill('Дворовая');
  await page.getByLabel('Электронная почта').fill(email);
  await page.getByRole('button', { name: 'Отправить заявку' }).click();
  await expect(page.getByText('Заявка получена')).toBeVisible({ timeout: 30_000 });
  await expect
    .poll(async () => (await mailsTo(email)).map(({ text }) => text).join(), { timeout: 30_000 })
    .toMatch(/[а-я]{4}/);
});
