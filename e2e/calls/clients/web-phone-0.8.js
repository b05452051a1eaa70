// The web phone of widgets that are in use today, on sip.js 0.13.

import WebPhone from 'ringcentral-web-phone-0.8';
import { offerOlder } from './older.js';

// What a bundler makes of a CommonJS module's default.
offerOlder(/** @type {any} */ (WebPhone).default ?? WebPhone);
