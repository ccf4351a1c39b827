/** What a document calls the moment at which something goes live. */
const LIVE = String.raw`launch|releases?|go-?live|going live|opening|cut-?over|switch-?over|change-?over|start|publication|deployment|migration|premiere|première|shipment`;
const LIVE_DE = String.raw`(?:\p{L}*(?:start|umstellung|inbetriebnahme|einführung|veröffentlichung|produktivsetzung|umzug|eröffnung|freigabe|migration)|launch|release|go-?live)`;
const LIVE_FR = String.raw`lancement|mise en (?:production|service|ligne)|bascule|ouverture|déploiement|sortie|migration`;

const AUX = String.raw`(?:(?:is|gets?|will|shall|must|has|have|to|may|can|would|should|be|then|automatically|immediately|at once)\s+){0,4}`;
/** What is done to it where it does not come to pass. */
const OFF = String.raw`called off|cancell?ed|postponed|put (?:off|back)|pushed back|moved (?:back|out|by|to (?:next|another|a later|the next))|delayed|deferred|rescheduled|scrubbed|scrapped|with-?held|held(?: back)?|blocked|refused|denied|declined|rejected|vetoed|off|not (?:to )?(?:be )?(?:approved|authori[sz]ed|granted|signed(?: off)?|allowed|released|on)|no[- ]go`;
/** Of what takes no time, these say the same; a migration is aborted after it has begun. */
const CUT_SHORT = String.raw`(?:launch|releases?|go-?live|going live|opening|start|publication|premiere|première|shipment)(?:\s+(?:date|day|decision|window))?\s+${AUX}(?:stopped|aborted|halted|suspended|pulled)`;
const NOT_DONE = String.raw`(?:does|do|will|shall|must|may|can|should)(?: not|n['’]t|not) (?:happen|take place|proceed|go (?:out|ahead|live)|begin|start|be (?:approved|authori[sz]ed|granted|signed(?: off)?|released))`;
const OFF_DE = String.raw`verschoben|abgesagt|gestoppt|gestrichen|vertagt|ausgesetzt|aufgeschoben|abgeblasen|abgebrochen|angehalten|verweigert|(?:nicht|keine) (?:erteilt|gestartet|freigegeben|statt)|entfällt|fällt aus|findet nicht statt`;
const OFF_FR = String.raw`annulée?|reportée?|suspendue?|repoussée?|ajournée?|refusée?|bloquée?|arrêtée?|stoppée?`;

const IF = String.raw`if|when(?:ever)?|where(?:ver)?|while|as long as|as soon as|once|the moment|in case|in the event that|should`;
/** How a heading ends that its lines go on with. */
const GOES_ON = String.raw`[,\s]+(?:${IF})(?:\s+(?:any|one|either|a single|some|two|these|the following|this)\b[^.;]{0,60})?\s*[:…,]*$`;

/** Headings whose lines call the launch off: `Launch is called off if`, `Start wird verschoben, wenn`, `Lancement reporté si`. */
const CALLED_OFF: readonly RegExp[] = [
  new RegExp(
    String.raw`^\W*(?:(?:the|our|this|any|whole|public|a)\s+){0,2}(?:(?:${LIVE})(?:\s+(?:date|day|decision|weekend|window))?\s+(?:${AUX}(?:${OFF})|${NOT_DONE})|${CUT_SHORT})\b[^.;]{0,40}?${GOES_ON}`,
    'i',
  ),
  new RegExp(
    String.raw`^\W*(?:we|everybody|the \w+)\s+(?:will\s+)?(?:start|launch|open|release|ship|move|begin|go live|switch)s?\s+(?:\w+\s+){0,3}(?:later|another (?:day|week|time)|next (?:day|week|month)|not)\b[^.;]{0,30}?${GOES_ON}`,
    'i',
  ),
  new RegExp(String.raw`^\W*(?:no|not)\s+(?:${LIVE}|launching|releasing|opening|starting|go)\b[^.;]{0,30}?${GOES_ON}`, 'i'),
  new RegExp(
    String.raw`^\W*(?:(?:der|die|das|unser|unsere)\s+)?${LIVE_DE}\s+(?:[^.;]{0,30}\s)?(?:${OFF_DE}),?\s+(?:wenn|falls|sobald|sofern|solange)\s*[:…]*$`,
    'iu',
  ),
  new RegExp(
    String.raw`^\W*(?:keine?\s+${LIVE_DE}|nicht\s+(?:starten|freigeben|umstellen)),?\s+(?:wenn|falls|sobald|sofern|solange)\s*[:…]*$`,
    'iu',
  ),
  new RegExp(
    String.raw`^\W*(?:l[ea]\s+)?(?:${LIVE_FR})\s+(?:(?:est|sera)\s+)?(?:${OFF_FR})\s+(?:si|quand|lorsque|dès que|tant que)\s*[:…]*$`,
    'iu',
  ),
  new RegExp(String.raw`^\W*pas de (?:${LIVE_FR})\s+(?:si|quand|lorsque|tant que)\s*[:…]*$`, 'iu'),
  /^\W*(?:die |unsere |harte )?(?:no-?go|verschiebung|ausschluss|ablehnung|verweigerung|sperr|veto|absage|hinderung)s?-?(?:gr(?:ü|ue)nde?|kriteri(?:en|um)|bedingung(?:en)?|auslöser|merkmale?)(?!\p{L})(?!.*\p{L}(?:t|en)\s*$)/iu,
  /^\W*(?:critères?|motifs?|raisons?|conditions?|causes?) (?:d['’]|de (?:la |l['’])?|du |pour (?:une? |l[ea] )?)(?:no-?go|annulation|ajournement)(?!\p{L})/iu,
];

/** Words for one of the lines below, in a sentence that leads to them, and for its being true. */
const ONE = String.raw`(?:(?:even|just|only|at least)\s+)?(?:any|one|either|a single|some|two|three|a)\b`;
const TRUE = String.raw`true|appl(?:y|ies)|holds?(?: true)?|happens?|occurs?|ticked|checked|met|fulfilled|the case|reached|a yes|comes? (?:up|true)|arises?`;
const NOT_TRUE = String.raw`\bnot\b|n['’]t\b|\bcannot\b|\bun\w+ed\b|\bmissing\b|\bopen\b|\bempty\b|\bfail`;
const IF_ONE = String.raw`^\W*(?:[^.;:]{0,30},\s*)?(?:(?:${IF})\s+)(?:only\s+)?${ONE}(?:(?!${NOT_TRUE})[^.;:,]){0,60}?\b(?:${TRUE})(?:\s+(?:here|below|by then|at that time|then))?[,:]?\s+(?:then\s+)?`;
const IF_ONE_DE = String.raw`^\W*(?:(?:wenn|falls|sobald|sofern)\s+|(?=(?:trifft|ist|wird|tritt|gilt|sind|treffen)\s))(?:(?!nicht(?!\p{L})|kein|fehl|offen|un(?:er|ge))[^.;:]){0,80}(?<!\p{L})(?:zu|zutr\p{L}+|wahr(?: ist| wird)?|ein|eintr\p{L}+|erfüllt(?: ist| sind| wird)?|angekreuzt(?: ist| wird)?|gegeben(?: ist)?|der fall(?: ist)?|gilt),?\s+(?:dann\s+|so\s+)?`;
const ONE_DE =
  /(?<!\p{L})(?:ein(?:e[rs]?)?|irgendein(?:e[rs]?)?|nur eine[rs]?|zwei)\s(?:(?:einzige[rs]?|davon|dieser|der|von|punkt|kriterium|bedingung|aussage|zeile)(?!\p{L}))/iu;
const IF_ONE_FR = String.raw`^\W*(?:si|dès que|dès qu['’]|lorsque|lorsqu['’]|quand)\s*(?:seulement\s+)?(?:l['’]une?|une? seule?|une?)(?:(?!(?<!\p{L})(?:pas|aucune?|manque|non)(?!\p{L}))[^.;:,]){0,60}?(?<!\p{L})(?:vraie?|vérifiée?|avérée?|remplie?|cochée?|se présente|se produit|survient|s['’]applique)\s*[,:]?\s+(?:alors\s+)?`;

const END = String.raw`(?:\s+(?:by|until|to|till|for)\b[^.;:]{1,30})?\s*[.:!]*$`;
const NOT_LAUNCHED = String.raw`(?:the\s+|our\s+)?(?:(?:${LIVE})\s+(?:${AUX}(?:${OFF})|${NOT_DONE})|${CUT_SHORT})|(?:we|you|they|nobody)?\s*(?:(?:do|will|shall|must|may)(?: not|n['’]t)|don['’]t|won['’]t|never)\s+(?:launch|go(?: live)?|release|ship|open|start|publish|deploy)|no\s+(?:${LIVE})|(?:we|you)\s+(?:postpone|call off|cancel|delay|defer)\b(?:\s+the\s+(?:${LIVE}))?|(?:it is|that is|this is)?\s*(?:a |an )?no[- ]go`;
const WHO = String.raw`(?:(?:we|you|they|everybody|the \w+(?: \w+)?|\p{Lu}\w+)\s+)?(?:(?:will|shall|must|have to|immediately|at once|automatically)\s+)*`;
const RELEASED = String.raw`(?:the\s+|this\s+|our\s+)?(?:launch|release|roll-?out|cut-?over|migration|move|deployment|import|go-live|whole thing|everything|it|all)`;
const GONE_BACK = String.raw`(?:go(?:es)?|roll(?:s|ed)?|switch(?:es|ed)?|fall(?:s)?|turn(?:s)?|step(?:s)?|move(?:s)?)\s+(?:${RELEASED}\s+)?back(?:\s+to\s+(?:the\s+|our\s+)?(?:old|previous|former|last|paper|manual|legacy|backup)\b[^.;]{0,30})?|rollback|return(?:s)?\s+to\s+(?:the\s+)?(?:old|previous|former|paper|manual)\b[^.;]{0,30}|(?:revert|abort|stop|halt|back out|pull out|turn round|pull the plug)s?(?:\s+${RELEASED})?(?:\s+(?:at once|immediately|here|now|there))?(?:\s+and\b[^.;]{0,40})?|${RELEASED}\s+is\s+(?:aborted|stopped|rolled back|reverted|undone|halted)`;

/** Sentences that lead to lines any of which is enough: `If any is true, the launch is off`, `Trifft eines davon zu, wird der Start verschoben`. */
const ONE_CALLS_OFF: readonly RegExp[] = [
  new RegExp(String.raw`${IF_ONE}(?:${NOT_LAUNCHED})${END}`, 'i'),
  new RegExp(
    String.raw`${IF_ONE_DE}(?:(?:wird|ist|muss|bleibt)\s+)?(?:(?:der|die|das|unser|unsere)\s+)?(?:${LIVE_DE}\s+(?:[^.;:]{0,30}\s)?(?:${OFF_DE})|(?:findet|fällt|entfällt)\s[^.;:]{0,30}${LIVE_DE}\b[^.;:]{0,20}|nicht\s+(?:gestartet|freigegeben|umgestellt)|(?:starten|gehen) wir nicht[^.;:]{0,20}|(?:gibt es )?kein(?:e|en)?\s+(?:${LIVE_DE}|go))(?:\s+werden)?[.:!]*$`,
    'iu',
  ),
  new RegExp(
    String.raw`${IF_ONE_FR}(?:l[ea]\s+|l['’])?(?:(?:${LIVE_FR})\s+(?:est|sera)\s+(?:${OFF_FR})|pas de (?:${LIVE_FR})|(?:on|nous) ne (?:lance|lançons|bascule|basculons)[^.;:]{0,30})[^.;:]{0,20}\s*[.:!]*$`,
    'iu',
  ),
];
/** `One tick here and we do not launch.` */
const AND_NOT = new RegExp(
  String.raw`^\W*${ONE}(?:\s+(?:tick|yes|cross|of (?:these|them|the following))\b)[^.;:,]{0,30},?\s+(?:and|means(?: that)?|is enough, and)\s+(?:${NOT_LAUNCHED})${END}`,
  'i',
);
const ONE_SENDS_BACK: readonly RegExp[] = [
  new RegExp(String.raw`${IF_ONE}${WHO}(?:${GONE_BACK})${END}`, 'iu'),
  new RegExp(
    String.raw`${IF_ONE_DE}(?:wird\s+[^.;:]{0,30}?(?:zurück\p{L}+|abgebrochen|gestoppt|angehalten)|(?:gehen|kehren|rollen|schalten|stellen|wechseln) wir\s[^.;:]{0,30}?zurück\p{L}*(?:\s[^.;:]{0,20})?|stoppen wir[^.;:]{0,20}|brechen wir[^.;:]{0,20}ab|abbruch|abbrechen|zurück\s[^.;:]{1,30}|stopp)[.:!]*$`,
    'iu',
  ),
  new RegExp(
    String.raw`${IF_ONE_FR}(?:(?:on|nous)\s+(?:revient|revenons|arrête|arrêtons|abandonne|abandonnons)|retour(?: en)? arrière|retour à l['’]ancien)[^.;:]{0,40}\s*[.:!]*$`,
    'iu',
  ),
];

/** `Abbruchgründe`, `Gründe für den Rückfall`, `Motifs d'arrêt`. */
const SENDING_BACK: readonly RegExp[] = [
  /^\W*(?:die |unsere |harte )?(?:stopp?|abbruch|rückfall|rückkehr|rückzug|rollback|fallback|notbremse)s?n?-?(?:gr(?:ü|ue)nde?|kriteri(?:en|um)|bedingung(?:en)?|auslöser|signale?|trigger|schwellen?)(?!\p{L})/iu,
  /^\W*(?:gr(?:ü|ue)nde?|kriteri(?:en|um)|bedingung(?:en)?|auslöser|signale?) (?:für|zu[mr]?) (?:(?:den|die|das|einen|eine|ein) )?(?:abbruch|rückfall|rückkehr|rückzug|stopp|rollback|fallback)(?!\p{L}|-)/iu,
  /^\W*(?:critères?|motifs?|raisons?|conditions?|causes?|déclencheurs?|seuils?) (?:d['’]|de |du |pour (?:une? |l[ea] |l['’])?)(?:arrêt|abandon|retour(?: en)? arrière|retour à l['’]ancien|repli|rollback|suspension|interruption)(?!\p{L})/iu,
];

const anyOf = (patterns: readonly RegExp[], text: string): boolean => patterns.some((pattern) => pattern.test(text));

/** Where what is enough is that a line is not true, the lines are what must be. */
const OF_UNTRUE = new RegExp(
  String.raw`\b(?:any|one|either|a single|some)\s+(?:(?:of (?:these|the following|them|those)|(?:items?|lines?|box(?:es)?|points?|checks?|conditions?))\s+)[^.;]{0,30}?(?:\b(?:is|are|be|been|does|do|has|have)(?: not|n['’]t)\b|\bcannot\b|\b(?:un(?:ticked|checked|met|done|fulfilled)|missing|open|empty|incomplete)\b)`,
  'i',
);

/** Whether a heading or lead turns on a line that is not true: `Do not launch if any of these is missing`. */
export const isOfUntrue = (text: string): boolean => OF_UNTRUE.test(text);

/** Whether a heading or lead calls a launch off where a line below it is true. */
export const isCalledOff = (text: string): boolean =>
  !isOfUntrue(text) && (anyOf(CALLED_OFF, text) || AND_NOT.test(text) || (anyOf(ONE_CALLS_OFF, text) && isOfOne(text)));

/** Whether a heading or lead sends back what has gone live where a line below it is true. */
export const isSentBack = (text: string): boolean =>
  !isOfUntrue(text) && (anyOf(SENDING_BACK, text) || (anyOf(ONE_SENDS_BACK, text) && isOfOne(text)));

/** A sentence in German names the one line in another place than the others. */
const isOfOne = (text: string): boolean =>
  !/^\W*(?:wenn|falls|sobald|sofern|trifft|ist|wird|tritt|gilt|sind|treffen)\s/i.test(text) || ONE_DE.test(text);
