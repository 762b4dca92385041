import { expect, type Page, test } from '@playwright/test';
import { demoPassword, expectReadable, mailsTo, picture, signedIn, sizes } from './fixtures.ts';
import { row } from './steps.ts';

const colleague = `newcomer-${Date.now()}@mcf.example`;

async function readableInDark(page: Page) {
  await page.emulateMedia({ colorScheme: 'dark' });
  await expectReadable(page);
  await page.emulateMedia({ colorScheme: 'light' });
  await expectReadable(page);
}

test('a manager invites a colleague, changes what they may do, closes their account and opens it again', async ({
  browser,
}) => {
  const manager = await signedIn(browser, 'manager@mcf.example', 'desktop');
  await manager.goto('/manage');
  await manager.getByRole('navigation').getByRole('link', { name: 'Colleagues' }).click();
  await expect(manager.getByRole('heading', { level: 1 })).toHaveText('Colleagues');
  // Nothing here says who belongs to what nobody else knows of.
  await expect(manager.locator('main')).not.toContainText(/bet|stake|pool/i);
  await readableInDark(manager);
  await picture(manager, 'people');

  await test.step('invites; bad input is refused in words', async () => {
    await manager.getByRole('button', { name: 'Add a colleague' }).click();
    const dialog = manager.getByRole('dialog');
    await dialog.getByLabel('E-mail').fill('staff@mcf.example');
    await dialog.getByRole('button', { name: 'Send the invitation' }).click();
    await expect(dialog.getByText('Please fill this in.')).toBeVisible();
    await expect(dialog.getByText('Choose at least one role.')).toBeVisible();
    await dialog.getByLabel('Name').fill('Nina Newcomer');
    await dialog.getByLabel('Warehouse').check();
    await dialog.getByRole('button', { name: 'Send the invitation' }).click();
    await expect(dialog.getByText('Somebody already signs in with this address.')).toBeVisible();
    await expect(dialog.getByLabel('Billing')).toBeDisabled();
    await readableInDark(manager);
    await picture(manager, 'people-invite');
    await dialog.getByLabel('E-mail').fill(colleague);
    await dialog.getByRole('button', { name: 'Send the invitation' }).click();
    await expect(dialog).toHaveCount(0);
    await expect(row(manager, colleague)).toContainText('Invited');
  });

  const context = await browser.newContext({
    ...sizes.tablet,
    baseURL: process.env.E2E_APP_URL,
    locale: 'en-US',
  });
  const newcomer = await context.newPage();
  await test.step('the newcomer comes in by the mail’s link', async () => {
    await expect(async () => expect(await mailsTo(colleague)).toHaveLength(1)).toPass();
    const [mail] = await mailsTo(colleague);
    expect(mail!.subject).toBe('Your account at Make Cats Free');
    await newcomer.goto(/https?:\S+\/sign-in\/invitation\/\S+/.exec(mail!.text)![0]);
    await newcomer.getByLabel('Password').fill(demoPassword);
    await newcomer.getByRole('button', { name: 'Save and come in' }).click();
    await expect(newcomer).toHaveURL(/\/warehouse$/);
    await newcomer.goto('/manage/people');
    await expect(newcomer).toHaveURL(/elsewhere/);
  });

  await test.step('is found by search, and made a manager', async () => {
    await manager.getByRole('searchbox').fill('nobody of this name');
    await manager.getByRole('searchbox').press('Enter');
    await expect(manager.getByText('Nobody found')).toBeVisible();
    await readableInDark(manager);
    await manager.getByRole('link', { name: 'Clear the search' }).click();
    await manager.goto(`/manage/people?view=staff&q=${encodeURIComponent(colleague)}`);
    await row(manager, colleague).getByRole('link').click();
    await expect(manager.getByRole('heading', { level: 1 })).toContainText('Nina Newcomer');
    await manager.getByRole('checkbox', { name: 'Manager' }).check();
    await manager.getByRole('button', { name: 'Save' }).click();
    await expect(manager.getByText('Saved', { exact: true })).toBeVisible();
    await readableInDark(manager);
    await picture(manager, 'people-colleague');
    await newcomer.goto('/manage/people');
    await expect(newcomer.getByRole('heading', { level: 1 })).toHaveText('Colleagues');
  });

  await test.step('closed, they are out at once; opened, they come in as before', async () => {
    await manager.getByRole('button', { name: 'Close the account' }).click();
    await manager.getByRole('dialog').getByLabel('Why').fill('Moved to the competition');
    await manager.getByRole('dialog').getByRole('button', { name: 'Close the account' }).click();
    await expect(manager.getByRole('button', { name: 'Open the account' })).toBeVisible();
    // The open screen finds out by itself.
    await expect(newcomer).toHaveURL(/\/sign-in/);
    await newcomer.getByLabel('E-mail').fill(colleague);
    await newcomer.getByLabel('Password').fill(demoPassword);
    await newcomer.getByRole('button', { name: 'Sign in' }).click();
    await expect(newcomer.getByText('This account is closed.')).toBeVisible();
    await manager.goto('/manage/people?view=closed');
    await row(manager, colleague).getByRole('link').click();
    await readableInDark(manager);
    await manager.getByRole('button', { name: 'Open the account' }).click();
    await expect(manager.getByRole('button', { name: 'Close the account' })).toBeVisible();
    await newcomer.getByRole('button', { name: 'Sign in' }).click();
    await expect(newcomer).not.toHaveURL(/sign-in/);
  });

  await test.step('a link to a new password goes to their mailbox; in Russian it is all there', async () => {
    await manager.getByRole('button', { name: 'Send a link to a new password' }).click();
    await expect(async () => expect(await mailsTo(colleague)).toHaveLength(2)).toPass();
    await manager.goto('/locale/ru');
    await manager.goto('/manage/people');
    await expect(manager.getByRole('heading', { level: 1 })).toHaveText('Сотрудники');
    await readableInDark(manager);
    await picture(manager, 'people-ru');
    await row(manager, colleague).getByRole('link').click();
    await expect(manager.getByRole('button', { name: 'Закрыть запись' })).toBeVisible();
    await readableInDark(manager);
    await picture(manager, 'people-colleague-ru');
    await manager.goto('/locale/en');
  });

  await manager.goto('/manage/people/00000000-0000-0000-0000-000000000000');
  await expect(manager.getByRole('heading', { level: 1 })).not.toContainText('fault');
  await context.close();
});
