/** What compliance works with: whoever may not look at its desk is not told of it either. */
const COMPLIANCE = /^settlement\.(case|aml|list|rescreening)_/;

/** The scope that hearing a type of event of the network needs, live, by webhook or by mail. */
export function scopeOfEvent(type: string): 'screening:read' | 'payments:read' | 'settlement:read' {
  if (COMPLIANCE.test(type)) return 'screening:read';
  return /^settlement\.(payment|recall|obligation)_/.test(type) ? 'payments:read' : 'settlement:read';
}
