export { acceptApplication } from './accept-application.ts';
export { declineApplication } from './decline-application.ts';
export { applicationAccepted, applicationDeclined, applicationSubmitted } from './events.ts';
export {
  type Application,
  type ApplicationState,
  applicationDetails,
  applicationList,
  newApplicationCount,
} from './reads.ts';
export { submitApplication } from './submit-application.ts';
