/// What makes a model that continues text into one that answers: conversations, and losses on
/// preferences and on rewards.
///
/// | here | what |
/// |---|---|
/// | `chat` | conversations to learn from, and which of their tokens |
/// | [PreferenceLoss] | of two answers the better one: DPO and its kin |
/// | [RewardLoss] | a number for each answer, so that the better one has the higher (Bradley–Terry) |
/// | [PolicyLoss], [Advantages] | what was rewarded more than its group becomes likelier: GRPO, DAPO, Dr. GRPO, V3.2's changes |
///
/// Unusual: no loss knows a model. Each is a function of the log-probabilities of answers' tokens,
/// in double, and gives its value and its derivative by every one of them; the derivatives enter
/// backward as the weights of a sum over the same log-probabilities
/// ([dev.minke.autograd.Ops#sequenceSums]), which has the same gradient. So what is learned is a
/// formula that can be read and checked by itself. Start reading at [PolicyLoss#of].
@NullMarked
package dev.minke.post;

import org.jspecify.annotations.NullMarked;
