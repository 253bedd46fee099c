/** A change of some settings: what is absent or `undefined` stays as it is. */
export type Change<T> = { readonly [K in keyof T]?: T[K] | undefined };

export function changed<T extends object>(settings: T, change: Change<T>): T {
  const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
  return { ...settings, ...given };
}
