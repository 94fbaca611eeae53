// Why this number: a drawer with what makes it up, through which channel, how sure it is, who pays, what others find, and how to
// take it along.

export function showWhy() { /* filled below */ }
