/** Words for not letting something happen that has not begun: a release is withheld, where one that has begun is rolled back. */
const KEEPING = String.raw`with-?h(?:old|eld)\w*|refus\w+|den(?:y|ies|ied|ying|ial)|declin(?:e[sd]?|ing)|reject\w*|delay\w*|defer\w*|postpon\w+|hold(?:s|ing)?[- ](?:\S+ )?(?:back|off|up)|hold(?:s|ing)? (?=(?:the|this|a|any) )|block(?:s|ed|ing)?|veto\w*|prevent\w*|forbid\w*|barring|disapprov\w+|stay(?:ing)? (?:put|as we are)|wait(?:ing)?(?= (?:for|with) (?:the )?(?:launch|release|go))|say(?:ing)? no|not (?:to )?(?:be )?(?:go(?:ing)?(?! back)|launch\w*|releas\w+|ship\w*|deploy\w*|open\w*|approv\w+|authori[sz]\w+|sign\w*|grant\w*|start\w*|proceed\w*|publish\w*)`;
const CAUSE = String.raw`conditions?|criteri(?:a|on)|grounds|reasons?|circumstances|triggers|causes|situations|findings|events`;
const GOING_LIVE = String.raw`launch\w*|releas\w+|go-?live|going live|go(?:ing)?|authori[sz]\w+|approv\w+|ship\w*|deploy\w*|open\w*|sign\w*|roll-?out|cut-?over|start\w*`;

/** Headings whose lines keep a release from being let go: `Conditions for withholding authorisation`, `What would delay the launch`. */
const WITHHOLDING: readonly RegExp[] = [
  new RegExp(
    String.raw`^\W*(?:possible |valid |sufficient |any )?(?:${CAUSE})\s+(?:(?:for|of)\s+(?!\w+ed\b)|(?:to|that|which|why|under which|on which|in which)\s+)(?:(?:would|will|may|can|could|must|shall|should|we|you|they|i|the|a|an)\s+|(?:\w+ ){1,3}(?=(?:is|are|be) )|(?:is|are|be)\s+){0,4}(?:${KEEPING})\b`,
    'i',
  ),
  new RegExp(
    String.raw`^\W*(?:what|whatever|anything that|things that|any of these)\s+(?:(?:would|will|may|can|could|must|shall)\s+)?(?:${KEEPING}|stops?|keeps?)\s+(?:(?:us|you|the|this|our|any|a|an)\s+)?(?:from\s+)?(?:${GOING_LIVE})\b(?!.*[.;])`,
    'i',
  ),
  /^\W*(?:what|whatever|anything that|any of these)\s+(?:would\s+|will\s+)?(?:makes?|lets?)\s+us\s+(?:wait|postpone|delay|stay|say no|hold back|refuse|not (?:go|launch|release|ship))\b/i,
  /^\W*(?:refusal|rejection|veto|withholding|delay|postponement|deferral|denial|hold(?:ing)?|blocking|release-?blocking)[- ](?:criteri(?:a|on)|conditions?|grounds|reasons?|triggers?)$/i,
  // `The release is withheld where any of these is true`
  /\b(?:release|launch|go-?live|authori[sz]ation|approval|opening|roll-?out|it)\s+(?:(?:is|are|will be|shall be|must be|has to be)\s+)(?:with-?held|refused|denied|declined|rejected|delayed|deferred|postponed|held back|blocked|vetoed|off)\s+(?:if|when|where|while|as long as|until|on|for|by)\s+(?:any|one|either|a single|some)\b/i,
  // `We shall not authorise the release where any box in this section is ticked.`
  /\b(?:shall|must|will|may|do|does|can)(?: not|n['’]t|not) (?:be )?(?:authori[sz]|approv|releas|launch|ship|go(?! back)|sign|open|deploy|start|publish)\w*\b[^.;]{0,60}\b(?:if|when|where|while|as long as)\s+(?:any|one|either|a single|some)\b/i,
  /^\W*(?:when|why) (?:we |you |to )?(?:(?:would|will|may|might|should|must|do|shall) )?(?:say no|hold back|refuse|withhold|wait|postpone|delay|not (?:to )?(?:go|launch|release|ship|deploy|open|approve|authori[sz]e|sign))(?:\s+(?:the |this |a )?(?:launch|release|go-?live|opening|roll-?out|approval|live))?\s*[:?]?$/i,
  /^\W*(?:any(?: one)?|one|each|a single one) of (?:these|the following|them)\b[^.]{0,20}\b(?:means (?:no|not|we (?:wait|stay|postpone|do not))|keeps us|holds (?:us|it|the \w+)|delays|postpones|forbids|prevents|vetoes)\b/i,
  /^\W*(?:gründe|bedingungen|kriterien) (?:für|gegen|zur) (?:(?:d(?:ie|en|as|er)|eine[rn]?) )?(?:verschiebung|aufschub|ablehnung|verweigerung|freigabe|start)\b(?<!für (?:(?:die|den|das|der|eine|einen) )?(?:freigabe|start))|^\W*(?:motifs?|conditions?|critères?|raisons?) de (?:refus|report|rejet|blocage)\b/i,
];

/** Whether a heading or lead tells when something is not let go at all. */
export const isWithholding = (text: string): boolean => WITHHOLDING.some((pattern) => pattern.test(text));
