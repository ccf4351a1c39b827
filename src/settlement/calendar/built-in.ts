import { readCalendar, type Calendars, type HolidayCalendar } from './holidays.ts';
import aed from './holidays/AED.json' with { type: 'json' };
import aud from './holidays/AUD.json' with { type: 'json' };
import bhd from './holidays/BHD.json' with { type: 'json' };
import cad from './holidays/CAD.json' with { type: 'json' };
import chf from './holidays/CHF.json' with { type: 'json' };
import cny from './holidays/CNY.json' with { type: 'json' };
import dkk from './holidays/DKK.json' with { type: 'json' };
import eur from './holidays/EUR.json' with { type: 'json' };
import gbp from './holidays/GBP.json' with { type: 'json' };
import hkd from './holidays/HKD.json' with { type: 'json' };
import inr from './holidays/INR.json' with { type: 'json' };
import jpy from './holidays/JPY.json' with { type: 'json' };
import krw from './holidays/KRW.json' with { type: 'json' };
import kwd from './holidays/KWD.json' with { type: 'json' };
import nok from './holidays/NOK.json' with { type: 'json' };
import pln from './holidays/PLN.json' with { type: 'json' };
import sek from './holidays/SEK.json' with { type: 'json' };
import sgd from './holidays/SGD.json' with { type: 'json' };
import usd from './holidays/USD.json' with { type: 'json' };

/** The calendars that come with the product, by currency. */
export const BUILT_IN_CALENDARS: Calendars = calendarsOf(
  [aed, aud, bhd, cad, chf, cny, dkk, eur, gbp, hkd, inr, jpy, krw, kwd, nok, pln, sek, sgd, usd].map(readCalendar),
);

/** The built-in calendars with some of one's own, each in the place of the built-in one of its currency or beside them. */
export function calendarsWith(own: readonly HolidayCalendar[]): Calendars {
  return new Map([...BUILT_IN_CALENDARS, ...calendarsOf(own)]);
}

function calendarsOf(all: readonly HolidayCalendar[]): Calendars {
  return new Map(all.map((calendar) => [calendar.currency, calendar]));
}
