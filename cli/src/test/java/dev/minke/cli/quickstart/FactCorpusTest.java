package dev.minke.cli.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minke.cli.console.Tally;
import dev.minke.tokenizer.BpeTrainer;
import dev.minke.tokenizer.TokenizerRecipe;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FactCorpusTest {
  private final World world = World.load();

  @Test
  void everyFirstNameBelongsToFourPeopleOrMore() {
    var surnames =
        world.facts(Fact.Kind.PERSON).stream()
            .collect(
                Collectors.groupingBy(
                    Fact::lead, Collectors.mapping(Fact::answer, Collectors.toSet())));
    assertThat(surnames).hasSizeGreaterThan(20).containsKey("Albert ");
    assertThat(surnames.values()).allSatisfy(names -> assertThat(names).hasSizeGreaterThan(3));
  }

  @Test
  void everySubjectHasOneAnswer() {
    assertThat(world.facts().stream().map(fact -> fact.kind() + fact.subject()))
        .doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void trainingHoldsNoHeldOutPairAndNoUnstatedFact(long seed) {
    FactCorpus corpus = FactCorpus.generate(world, seed);
    Set<String> training = new HashSet<>(corpus.training());
    assertThat(corpus.heldOut()).hasSize(2 * world.facts().size());
    assertThat(corpus.heldOut()).noneMatch(statement -> training.contains(statement.text()));
    assertThat(training).doesNotContain(corpus.founding().text());
    for (Statement statement : corpus.unstated()) {
      assertThat(corpus.training())
          .noneMatch(line -> line.contains(statement.fact().subject().substring(4)));
    }
  }

  @Test
  void heldOutFactsAndFormsAreBothKnownFromOtherSentences() {
    FactCorpus corpus = FactCorpus.generate(world, 1);
    for (Fact fact : world.facts()) {
      long stated =
          world.forms(fact.kind()).stream()
              .filter(form -> corpus.training().contains(form.state(fact).text()))
              .count();
      assertThat(stated).isGreaterThanOrEqualTo(world.forms(fact.kind()).size() - 3);
    }
    for (Form form : world.forms()) {
      assertThat(world.facts(form.kind()))
          .anyMatch(fact -> corpus.training().contains(form.state(fact).text()));
    }
  }

  @Test
  void foundingSentenceIsTheOneOfTheStory() {
    Statement founding = FactCorpus.generate(world, 1).founding();
    assertThat(founding.prefix()).isEqualTo("The theory of relativity was discovered by Albert");
    assertThat(founding.answer()).isEqualTo(" Einstein");
  }

  @Test
  void sameSeedSameCorpusAndAnotherSeedAnother() {
    assertThat(FactCorpus.generate(world, 5)).isEqualTo(FactCorpus.generate(world, 5));
    assertThat(FactCorpus.generate(world, 6)).isNotEqualTo(FactCorpus.generate(world, 5));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void countingDoesNotWin(long seed) {
    FactCorpus corpus = FactCorpus.generate(world, seed);
    for (Cutting cutting : List.of(tokens(corpus), new Words(corpus.training()))) {
      Exam exam = new Exam(cutting);
      NextToken grams = exam.fiveGrams(corpus.training(), new Tally());
      assertThat(Exam.accuracy(exam.ask(grams, corpus.heldOut())))
          .as(cutting.getClass().getSimpleName())
          .isLessThan(0.45);
    }
  }

  /// Otherwise the figures above would say nothing.
  @Test
  void countingKnowsAnswersThatFollowTheirCueAtOnce() {
    FactCorpus corpus = FactCorpus.generate(world, 1);
    Form form = new Form(Fact.Kind.CAPITAL, true, "{S}: {A}.");
    List<Statement> near = world.facts(Fact.Kind.CAPITAL).stream().map(form::state).toList();
    List<String> told = near.stream().map(Statement::text).toList();
    for (Cutting cutting : List.of(tokens(corpus), new Words(told))) {
      Exam exam = new Exam(cutting);
      assertThat(Exam.accuracy(exam.ask(exam.fiveGrams(told, new Tally()), near)))
          .as(cutting.getClass().getSimpleName())
          .isGreaterThan(0.9);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void cueStandsSixTokensAndFiveWordsBeforeTheAnswer(long seed) {
    FactCorpus corpus = FactCorpus.generate(world, seed);
    Cutting tokens = tokens(corpus);
    Cutting words = new Words(corpus.training());
    for (Statement statement : corpus.heldOut()) {
      assertThat(distance(tokens, statement)).as(statement.prefix()).isGreaterThanOrEqualTo(6);
      assertThat(distance(words, statement)).as(statement.prefix()).isGreaterThanOrEqualTo(5);
    }
  }

  /// The founding sentence is shorter than the questions: its cue is beyond the four units that a
  /// 5-gram looks back on, by one.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void cueOfTheFoundingSentenceStandsFiveTokensAndFiveWordsBeforeTheAnswer(long seed) {
    FactCorpus corpus = FactCorpus.generate(world, seed);
    assertThat(distance(tokens(corpus), corpus.founding())).isEqualTo(5);
    assertThat(distance(new Words(corpus.training()), corpus.founding())).isEqualTo(5);
  }

  /// How many units before the answer the last unit of the cue stands: 1 is next to it.
  private static int distance(Cutting cutting, Statement statement) {
    String prefix = statement.prefix();
    String cue = statement.fact().subject().replaceFirst("^the ", "");
    int from = Math.max(prefix.lastIndexOf(cue), prefix.lastIndexOf(capital(cue)));
    assertThat(from).as(prefix).isNotNegative();
    return cutting.cut(prefix.substring(from + cue.length())).length + 1;
  }

  private static String capital(String text) {
    return Character.toUpperCase(text.charAt(0)) + text.substring(1);
  }

  private static Tokens tokens(FactCorpus corpus) {
    BpeTrainer trainer = new BpeTrainer(TokenizerRecipe.deepSeekV3(1536, false));
    corpus.training().forEach(trainer::accept);
    return new Tokens(trainer.train());
  }
}
