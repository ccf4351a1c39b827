/** One transaction of a status report (pacs.002, pain.002), or one payment of an answer to a recall (camt.029). */
export type TransactionStatus = { endToEndId: string; uetr: string; status: string; reasons: string[] };
export type StatusReport = { groupStatus: string; transactions: TransactionStatus[] };

function all(within: Element | Document, name: string): Element[] {
  return [...within.getElementsByTagNameNS('*', name)];
}

function text(within: Element | Document, name: string): string {
  return all(within, name)[0]?.textContent?.trim() ?? '';
}

function reasonsOf(transaction: Element): string[] {
  return [...all(transaction, 'StsRsnInf'), ...all(transaction, 'CxlStsRsnInf')].map((reason) => {
    const words = all(reason, 'AddtlInf').map((line) => line.textContent?.trim());
    return [text(reason, 'Cd') || text(reason, 'Prtry'), ...words].filter(Boolean).join(' ');
  });
}

/** Reads what a message was answered with, where that tells of transactions; what cannot be read is undefined. */
export function readStatusReport(xml: string): StatusReport | undefined {
  const document = new DOMParser().parseFromString(xml, 'application/xml');
  if (document.getElementsByTagName('parsererror').length > 0) return undefined;
  const transactions = all(document, 'TxInfAndSts').map((transaction) => ({
    endToEndId: text(transaction, 'OrgnlEndToEndId'),
    uetr: text(transaction, 'OrgnlUETR'),
    status: text(transaction, 'TxSts') || text(transaction, 'TxCxlSts'),
    reasons: reasonsOf(transaction),
  }));
  return { groupStatus: text(document, 'GrpSts') || text(document, 'Conf'), transactions };
}
