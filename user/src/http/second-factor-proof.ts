import { invalid } from '@souk/chassis/web/problems/problem';
import type { SecondFactorProof } from '@souk/contracts/http/session';

/** Throws the 422 problem for two proofs at once: one of them would be spent for nothing. */
export function atMostOne({ oneTimeCode, recoveryCode }: SecondFactorProof): SecondFactorProof {
  if (oneTimeCode !== undefined && recoveryCode !== undefined) throw invalid('/recoveryCode', 'must be left out beside /oneTimeCode');
  return { ...(oneTimeCode !== undefined && { oneTimeCode }), ...(recoveryCode !== undefined && { recoveryCode }) };
}

/** Throws the 422 problem unless there is exactly one proof. */
export function exactlyOne(body: SecondFactorProof): SecondFactorProof {
  const proof = atMostOne(body);
  if (proof.oneTimeCode === undefined && proof.recoveryCode === undefined) throw invalid('/oneTimeCode', 'is missing, and so is /recoveryCode: send one of them');
  return proof;
}
