// The figures that the example reports.

/** The smallest value that at least `percent` percent of the values do not exceed. */
export function percentile(values, percent) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)];
}

/** Share of the exact nearest ids that the answers hold, over all queries. */
export function recall(answers, exactIds) {
  const found = answers.map((answer, query) => exactIds[query].filter((id) => answer.ids.includes(id)).length);
  return sum(found) / sum(exactIds.map((ids) => ids.length));
}

/** Share of the queries whose answer holds the one relevant id. */
export function success(answers, relevantIds) {
  return answers.filter((answer, query) => answer.ids.includes(relevantIds[query])).length / answers.length;
}

/** How many queries were answered with the same ids and scores in the same order. */
export function identicalCount(answers, earlier) {
  return answers.filter((answer, query) => JSON.stringify(answer) === JSON.stringify(earlier[query])).length;
}

function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}
