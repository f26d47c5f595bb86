package dev.minke.cli.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minke.eval.KneserNey;
import dev.minke.tokenizer.BpeTrainer;
import dev.minke.tokenizer.Tokenizer;
import dev.minke.tokenizer.TokenizerRecipe;
import java.util.Arrays;
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
  void countingWordsDoesNotWin(long seed) {
    FactCorpus corpus = FactCorpus.generate(world, seed);
    Tokenizer tokenizer = tokenizer(corpus);
    List<int[]> documents = corpus.training().stream().map(tokenizer::encode).toList();
    KneserNey model = KneserNey.train(documents, tokenizer.vocab(), 5);
    long right =
        corpus.heldOut().stream()
            .filter(statement -> isPredicted(model, tokenizer, statement))
            .count();
    assertThat((double) right / corpus.heldOut().size()).isBetween(0.01, 0.45);
  }

  @Test
  void cueStandsSixTokensBeforeTheAnswer() {
    FactCorpus corpus = FactCorpus.generate(world, 1);
    Tokenizer tokenizer = tokenizer(corpus);
    for (Statement statement : corpus.heldOut()) {
      String prefix = statement.prefix();
      String cue = statement.fact().subject().replaceFirst("^the ", "");
      int from = Math.max(prefix.lastIndexOf(cue), prefix.lastIndexOf(capital(cue)));
      String between = prefix.substring(from + cue.length());
      assertThat(tokenizer.encode(between)).as(prefix).hasSizeGreaterThanOrEqualTo(5);
    }
  }

  private static String capital(String text) {
    return Character.toUpperCase(text.charAt(0)) + text.substring(1);
  }

  private static Tokenizer tokenizer(FactCorpus corpus) {
    BpeTrainer trainer = new BpeTrainer(TokenizerRecipe.deepSeekV3(1536, false));
    corpus.training().forEach(trainer::accept);
    return trainer.train();
  }

  private static boolean isPredicted(KneserNey model, Tokenizer tokenizer, Statement statement) {
    int[] prefix = tokenizer.encode(statement.prefix());
    int[] answer = tokenizer.encode(statement.answer());
    int[] all = Arrays.copyOf(prefix, prefix.length + answer.length);
    System.arraycopy(answer, 0, all, prefix.length, answer.length);
    for (int i = prefix.length; i < all.length; i++) {
      if (model.predict(Arrays.copyOf(all, i)) != all[i]) {
        return false;
      }
    }
    return true;
  }
}
