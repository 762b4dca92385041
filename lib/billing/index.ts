export { loyaltyPercent } from './loyalty-percent.ts';
