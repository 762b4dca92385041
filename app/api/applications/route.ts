import { stateOf } from '#app/action.ts';
import { currentCtx } from '#app/session.ts';
import { submitApplication } from '#lib/hiring/index.ts';
import { Refused } from '#lib/kernel/refused.ts';

const bodyLimitBytes = 16_000_000;

/**
 * Takes an application from the public page, with its photo: a form of our own site, from anybody. Answers the form's
 * state as JSON, in the language of the page.
 */
export async function POST(request: Request): Promise<Response> {
  try {
    refuseOtherSites(request);
    if (Number(request.headers.get('content-length') ?? Infinity) > bodyLimitBytes)
      throw new Refused('photo.too_large');
    const form = await request.formData();
    // A field no person sees: whoever fills it in is told the same as everybody, and nothing is kept.
    if (form.get('website')) return Response.json({ ok: true });
    const photo = form.get('photo');
    const text = (name: string) => String(form.get(name) ?? '');
    await submitApplication(await currentCtx(), {
      requestKey: text('requestKey'),
      name: text('name'),
      ageYears: text('ageYears') || undefined,
      breed: text('breed'),
      coatColour: text('coatColour') as never,
      email: text('email'),
      about: text('about'),
      locale: text('locale') as never,
      photo: photo instanceof File && photo.size > 0 ? new Uint8Array(await photo.arrayBuffer()) : undefined,
    });
    return Response.json({ ok: true });
  } catch (error) {
    return Response.json(await stateOf(error), { status: error instanceof Refused ? 422 : 500 });
  }
}

function refuseOtherSites(request: Request): void {
  const origin = request.headers.get('origin');
  const host = request.headers.get('x-forwarded-host') ?? request.headers.get('host');
  if (!origin || !URL.canParse(origin) || new URL(origin).host !== host) throw new Refused('other_site');
}
