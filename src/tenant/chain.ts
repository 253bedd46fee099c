import type { Config } from "../config/config.ts";
import type { ChainPage, ChainStanding } from "../spool/chain.ts";
import { ChainKey } from "../spool/chain-entry.ts";
import type { TenantState } from "./state.ts";

/** The chains of a tenant: with which key they are made, and what is told of them. */

export function chainKeyOf({ chain }: Config): ChainKey {
  if (chain?.secret === undefined) return ChainKey.none;
  const { from, value } = chain.secret;
  return from === "CHAIN_KEY" ? new ChainKey(value.reveal()) : ChainKey.derivedFrom(value.reveal());
}

/** One for every destination that has a place in the spool, by name. */
export function chainStandings({ spool }: TenantState): ChainStanding[] {
  const names = new Set(spool.offsets.all().map(({ destination }) => destination));
  return [...names].toSorted().map((destination) => spool.chains.standing(destination));
}

export const chainPage = ({ spool }: TenantState, destination: string, after: number): ChainPage =>
  spool.chains.page(destination, after);
