/**
 * Active currencies of ISO 4217 (list one) by their number of decimals. Funds codes are in; precious metals, baskets
 * and test codes, which have no decimals defined (XAU, XDR, XTS, …), are not.
 */
const CODES: Readonly<Record<number, string>> = {
  0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF',
  2: `AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY COP COU CRC
    CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW
    KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP
    PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN
    UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG`,
  3: 'BHD IQD JOD KWD LYD OMR TND',
  4: 'CLF UYW',
};

/** Code → number of decimals. */
export const CURRENCIES: ReadonlyMap<string, number> = new Map(
  Object.entries(CODES).flatMap(([decimals, codes]) => codes.split(/\s+/).map((code): [string, number] => [code, Number(decimals)])),
);

/** The asset of an ISO 4217 currency with its usual decimals (`JPY` → `JPY/0`), undefined for a code that is not active. */
export function assetOfCurrency(code: string): string | undefined {
  const decimals = CURRENCIES.get(code);
  return decimals === undefined ? undefined : `${code}/${decimals}`;
}

/** Whether an asset is an active ISO 4217 currency with its usual decimals: `EUR/2` is, `EUR/3` and `DEM/2` are not. */
export function isKnownAsset(asset: string): boolean {
  return assetOfCurrency(asset.slice(0, asset.indexOf('/'))) === asset;
}
