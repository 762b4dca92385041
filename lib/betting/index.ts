export { addMember } from './add-member.ts';
export { closePool } from './close-pool.ts';
export { isMember } from './in-circle.ts';
export { placeStake } from './place-stake.ts';
export { circle, type PoolView, poolList } from './reads.ts';
export { recordTransfer } from './record-transfer.ts';
export { settlePool } from './settle-pool.ts';
export { type Ending, endings, potParty, type Transfer } from './settlement.rules.ts';
