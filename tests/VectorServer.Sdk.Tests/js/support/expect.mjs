// Assertions that several scenarios share.
import assert from 'node:assert/strict';
import { Errors } from './sdk.mjs';

/** The call fails with this class of the SDK's errors and a message that matches. */
export function rejects(call, errorName, message = /./) {
  return assert.rejects(call, (error) => {
    assert.equal(error.name, errorName, `${error.name}: ${error.message}`);
    assert.ok(error instanceof Errors[errorName]);
    assert.match(error.message, message);
    return true;
  });
}

export function idsOf(matches) {
  return matches.map((match) => match.id);
}

/** Equal up to float32 rounding. */
export function near(actual, expected) {
  assert.ok(Math.abs(actual - expected) < 1e-5, `${actual} is not near ${expected}`);
}
