/** What a rule answers: the decision, or the code of a refusal. */
export type Ruling<T> = { ok: true; value: T } | { ok: false; refusal: Refusal };
export type Refusal = { code: string; params?: Record<string, string | number> };

export const ruled = <T>(value: T): Ruling<T> => ({ ok: true, value });
export const refused = (code: string, params?: Refusal['params']): Ruling<never> => ({
  ok: false,
  refusal: params ? { code, params } : { code },
});

/**
 * A verb refuses: what was asked cannot be done, and the caller can do something about it. `code` is a key under
 * `errors` in messages (`ordering.not_found`); `fields` names the inputs that are wrong, by the same kind of key.
 */
export class Refused extends Error {
  readonly code: string;
  readonly params: Record<string, string | number>;
  readonly fields: Record<string, string>;

  constructor(code: string, options: { params?: Refusal['params']; fields?: Record<string, string> } = {}) {
    super(code);
    this.name = 'Refused';
    this.code = code;
    this.params = options.params ?? {};
    this.fields = options.fields ?? {};
  }
}

/** The value of a ruling; throws `Refused` for a refusal. */
export function mustBe<T>(ruling: Ruling<T>): T {
  if (ruling.ok) return ruling.value;
  throw new Refused(ruling.refusal.code, { params: ruling.refusal.params });
}
