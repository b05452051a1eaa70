// The newest web phone before 2 that the registry has, on sip.js 0.20.

import WebPhone from 'ringcentral-web-phone-0.9';
import { offerOlder } from './older.js';

// What a bundler makes of a CommonJS module's default.
offerOlder(/** @type {any} */ (WebPhone).default ?? WebPhone);
