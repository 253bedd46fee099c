/** What a kind of poll cost, on average. */
export interface RowsFigures {
  readonly what: string;
  readonly polls: number;
  readonly requestsPerPoll: number;
  readonly recordsPerPoll: number;
  /** Rows that the tenant's object wrote, alarms included. */
  readonly tenantRowsPerPoll: number;
  /** Rows of the one object that belongs to no tenant and keeps the status page. */
  readonly forwarderRowsPerPoll: number;
}
