package dev.minke.cli.quickstart;

import dev.minke.tensor.RandomStream;
import java.util.ArrayList;
import java.util.List;

/// The text of the quickstart and the questions about it.
///
/// Every fact is stated in most of its forms. A few (fact, form) pairs are held out: the fact is
/// known from other forms and the form from other facts, but this sentence was never seen. The
/// founding sentence is always held out.
///
/// How far the cue stands before the answer, counted so that 1 is next to it, and measured for the
/// tokenizer of five seeds:
///
/// | sentence | tokens | words |
/// |---|---|---|
/// | a held-out pair | 6 or more | 5 or more |
/// | the founding sentence: relativity *was discovered by Albert* Einstein | 5 | 5 |
///
/// A 5-gram looks back on four units, so it can see the cue of neither. It does worse than a guess,
/// because the answers that did follow the last four units are those of the other facts: the
/// held-out one is the one that never did. The founding sentence is shown, not counted.
///
/// @param training one sentence each, shuffled
/// @param heldOut pairs that training lacks; the cue stands six or more tokens before the answer
/// @param founding the theory of relativity, discovered by Albert
/// @param unstated invented subjects with the name of a person drawn by lot: nothing in the
///   training text tells the answer, so whoever does better than chance has seen the questions
record FactCorpus(
    List<String> training, List<Statement> heldOut, Statement founding, List<Statement> unstated) {
  private static final int HELD_OUT_FORMS = 2;
  private static final int UNSTATED = 200;

  FactCorpus {
    training = List.copyOf(training);
    heldOut = List.copyOf(heldOut);
    unstated = List.copyOf(unstated);
  }

  /// Decides what is held out, and the order; all from the seed.
  static FactCorpus generate(World world, long seed) {
    List<Statement> stated = new ArrayList<>();
    List<Statement> heldOut = new ArrayList<>();
    Draw draw = new Draw(RandomStream.named(seed, "quickstart corpus"));
    Statement founding = founding(world);
    for (Fact fact : world.facts()) {
      List<Form> tested = new ArrayList<>();
      for (Form form : world.forms(fact.kind())) {
        Statement statement = form.state(fact);
        if (form.tested()) {
          tested.add(form);
        } else if (!statement.equals(founding)) {
          stated.add(statement);
        }
      }
      draw.shuffle(tested);
      for (int i = 0; i < tested.size(); i++) {
        (i < HELD_OUT_FORMS ? heldOut : stated).add(tested.get(i).state(fact));
      }
    }
    draw.shuffle(stated);
    List<String> training = stated.stream().map(Statement::text).toList();
    return new FactCorpus(training, heldOut, founding, unstated(world, draw));
  }

  /// Share of the unstated facts that a guess among the people of the given first name gets right.
  double chance(World world) {
    double sum = 0;
    for (Statement statement : unstated) {
      sum += 1.0 / namesakes(world, statement.fact().lead());
    }
    return sum / unstated.size();
  }

  private static Statement founding(World world) {
    Fact relativity =
        world.facts(Fact.Kind.PERSON).stream()
            .filter(fact -> fact.subject().equals("the theory of relativity"))
            .findFirst()
            .orElseThrow();
    return world.forms(Fact.Kind.PERSON).getFirst().state(relativity);
  }

  private static List<Statement> unstated(World world, Draw draw) {
    List<String> subjects = new ArrayList<>(world.invented());
    draw.shuffle(subjects);
    List<Fact> people = world.facts(Fact.Kind.PERSON);
    List<Form> forms = world.forms(Fact.Kind.PERSON).stream().filter(Form::tested).toList();
    List<Statement> unstated = new ArrayList<>();
    for (String subject : subjects.subList(0, UNSTATED)) {
      Fact person = people.get(draw.below(people.size()));
      Fact fact = new Fact(Fact.Kind.PERSON, subject, "discovered", person.lead(), person.answer());
      unstated.add(forms.get(draw.below(forms.size())).state(fact));
    }
    return unstated;
  }

  private static long namesakes(World world, String lead) {
    return world.facts(Fact.Kind.PERSON).stream().filter(fact -> fact.lead().equals(lead)).count();
  }

  /// Consecutive draws from one stream. Mutable, owned by one generation.
  private static final class Draw {
    private final RandomStream stream;
    private long index;

    Draw(RandomStream stream) {
      this.stream = stream;
    }

    int below(int bound) {
      return stream.below(bound, index++);
    }

    /// Fisher and Yates.
    <T> void shuffle(List<T> list) {
      for (int i = list.size() - 1; i > 0; i--) {
        int j = below(i + 1);
        T kept = list.get(i);
        list.set(i, list.get(j));
        list.set(j, kept);
      }
    }
  }
}
