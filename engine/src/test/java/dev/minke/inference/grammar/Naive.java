package dev.minke.inference.grammar;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What a grammar admits, found out without automata: for each part of it and each place of a text,
/// where the part may end, and whether it may go on. Where languages are intersected, by what is
/// left of them after each byte (Brzozowski 1964). Slow and obvious; the machine is held against
/// it.
final class Naive {
  /// A language.
  private sealed interface Node {
    record Never() implements Node {}

    record Empty() implements Node {}

    /// Bytes as characters.
    record Bytes(String text) implements Node {}

    /// A letter whose first bytes have been read.
    record Letter(CodePoints letters, String read) implements Node {}

    record Then(Node first, Node second) implements Node {}

    record Or(Set<Node> branches) implements Node {}

    record Times(Node part, int least, int most) implements Node {}

    record And(Node left, Node right) implements Node {}

    record Minus(Node left, Node right) implements Node {}

    record Ref(Rule rule) implements Node {}
  }

  private static final Node NEVER = new Node.Never();
  private static final Node EMPTY = new Node.Empty();

  private final Map<Rule, Node> bodies = new HashMap<>();
  private final Set<Rule> nullable = new HashSet<>();
  private final Set<Rule> productive = new HashSet<>();
  private final Map<Node, Boolean> satisfiable = new HashMap<>();
  private final Node root;

  Naive(Expression grammar) {
    root = node(grammar);
    int before = -1;
    while (nullable.size() + productive.size() > before) {
      before = nullable.size() + productive.size();
      bodies.forEach((rule, body) -> {
        if (isNullable(body)) {
          nullable.add(rule);
        }
        if (isSatisfiable(body)) {
          productive.add(rule);
        }
      });
      satisfiable.clear();
    }
  }

  /// A text as far as it has been read.
  ///
  /// @param isPrefix whether some text of the grammar begins so
  /// @param canEnd whether it is one
  record Reading(boolean isPrefix, boolean canEnd) {}

  Reading read(byte[] text) {
    Found found = new Chart(text).find(root, 0);
    return new Reading(found.goesOn, found.ends.get(text.length));
  }

  /// What is known of a part that begins at some place.
  ///
  /// @param ends where it may end
  /// @param goesOn whether one of its texts begins with all the rest
  private record Found(BitSet ends, boolean goesOn) {}

  private final class Chart {
    private final byte[] text;
    private final List<Map<Node, Found>> known = new ArrayList<>();

    Chart(byte[] text) {
      this.text = text;
      for (int i = 0; i <= text.length; i++) {
        known.add(new IdentityHashMap<>());
      }
    }

    Found find(Node node, int from) {
      Found found = known.get(from).get(node);
      if (found == null) {
        found = isSatisfiable(node) ? tried(node, from) : new Found(new BitSet(), false);
        known.get(from).put(node, found);
      }
      return found;
    }

    private Found tried(Node node, int from) {
      return switch (node) {
        case Node.Then(Node first, Node second) -> {
          Found begin = find(first, from);
          BitSet ends = new BitSet();
          boolean goesOn = begin.goesOn && isSatisfiable(second);
          for (int at : begin.ends.stream().toArray()) {
            Found rest = find(second, at);
            ends.or(rest.ends);
            goesOn |= rest.goesOn;
          }
          yield new Found(ends, goesOn);
        }
        case Node.Or(Set<Node> branches) -> {
          BitSet ends = new BitSet();
          boolean goesOn = false;
          for (Node branch : branches) {
            Found found = find(branch, from);
            ends.or(found.ends);
            goesOn |= found.goesOn;
          }
          yield new Found(ends, goesOn);
        }
        case Node.Times(Node part, int least, int most) -> times(part, least, most, from);
        case Node.Ref(Rule rule) -> find(bodies.getOrDefault(rule, NEVER), from);
        default -> byteByByte(node, from);
      };
    }

    private Found times(Node part, int least, int most, int from) {
      BitSet ends = new BitSet();
      BitSet at = new BitSet();
      at.set(from);
      boolean goesOn = false;
      for (int count = 0; count <= most && count <= least + text.length + 1; count++) {
        if (count >= least) {
          ends.or(at);
        }
        BitSet next = new BitSet();
        for (int place : at.stream().toArray()) {
          Found found = find(part, place);
          next.or(found.ends);
          goesOn |= count < most && found.goesOn;
        }
        at = next;
      }
      return new Found(ends, goesOn || ends.get(text.length));
    }

    private Found byteByByte(Node node, int from) {
      BitSet ends = new BitSet();
      Node left = node;
      for (int at = from; ; at++) {
        ends.set(at, isNullable(left));
        if (at == text.length) {
          return new Found(ends, isSatisfiable(left));
        }
        left = derivative(left, text[at] & 0xFF);
      }
    }
  }

  private Node node(Expression expression) {
    return switch (expression) {
      case Expression.Literal(byte[] bytes) ->
          bytes.length == 0
              ? EMPTY
              : new Node.Bytes(new String(bytes, StandardCharsets.ISO_8859_1));
      case Expression.OneOf(CodePoints letters) -> new Node.Letter(letters, "");
      case Expression.Sequence(List<Expression> parts) -> {
        Node all = EMPTY;
        for (Expression part : parts.reversed()) {
          all = then(node(part), all);
        }
        yield all;
      }
      case Expression.Choice(List<Expression> branches) ->
          or(branches.stream().map(this::node).toList());
      case Expression.Repeat(Expression part, int least, int most) ->
          times(node(part), least, most < 0 ? Integer.MAX_VALUE : most);
      case Expression.Members(List<Expression.Member> members, Expression separator) ->
          members(members, 0, separator, false);
      case Expression.Both(Expression left, Expression right) ->
          new Node.And(node(left), node(right));
      case Expression.Except(Expression left, Expression right) ->
          new Node.Minus(node(left), node(right));
      case Expression.Regular regular -> throw new AssertionError("not in random grammars");
      case Expression.Escaped escaped -> throw new AssertionError("not in random grammars");
      case Expression.Call(Rule rule) -> {
        if (!bodies.containsKey(rule)) {
          bodies.put(rule, NEVER);
          bodies.put(rule, node(rule.body()));
        }
        yield new Node.Ref(rule);
      }
    };
  }

  /// All lists: with or without each member, as often as it likes.
  private Node members(
      List<Expression.Member> members, int index, Expression separator, boolean follows) {
    if (index == members.size()) {
      return EMPTY;
    }
    Expression.Member member = members.get(index);
    Node part = node(member.part());
    Node gap = node(separator);
    Node there = follows ? then(gap, part) : part;
    if (member.repeats()) {
      there = then(there, times(then(gap, part), 0, Integer.MAX_VALUE));
    }
    Node with = then(there, members(members, index + 1, separator, true));
    return member.required()
        ? with
        : or(List.of(with, members(members, index + 1, separator, follows)));
  }

  private static Node then(Node first, Node second) {
    if (first == NEVER || second == NEVER) {
      return NEVER;
    }
    return first == EMPTY ? second : second == EMPTY ? first : new Node.Then(first, second);
  }

  private static Node or(List<Node> nodes) {
    Set<Node> branches = new LinkedHashSet<>();
    for (Node node : nodes) {
      if (node instanceof Node.Or(Set<Node> inner)) {
        branches.addAll(inner);
      } else if (node != NEVER) {
        branches.add(node);
      }
    }
    return branches.isEmpty()
        ? NEVER
        : branches.size() == 1 ? branches.iterator().next() : new Node.Or(branches);
  }

  private static Node times(Node part, int least, int most) {
    return most == 0 ? EMPTY : new Node.Times(part, least, most);
  }

  private boolean isNullable(Node node) {
    return switch (node) {
      case Node.Never never -> false;
      case Node.Empty empty -> true;
      case Node.Bytes bytes -> false;
      case Node.Letter letter -> false;
      case Node.Then(Node first, Node second) -> isNullable(first) && isNullable(second);
      case Node.Or(Set<Node> branches) -> branches.stream().anyMatch(this::isNullable);
      case Node.Times(Node part, int least, int most) -> least == 0 || isNullable(part);
      case Node.And(Node left, Node right) -> isNullable(left) && isNullable(right);
      case Node.Minus(Node left, Node right) -> isNullable(left) && !isNullable(right);
      case Node.Ref(Rule rule) -> nullable.contains(rule);
    };
  }

  private boolean isSatisfiable(Node node) {
    Boolean known = satisfiable.get(node);
    if (known == null) {
      known =
          switch (node) {
            case Node.Never never -> false;
            case Node.Empty empty -> true;
            case Node.Bytes bytes -> true;
            case Node.Letter(CodePoints letters, String read) -> hasLetter(letters, read);
            case Node.Then(Node first, Node second) ->
                isSatisfiable(first) && isSatisfiable(second);
            case Node.Or(Set<Node> branches) -> branches.stream().anyMatch(this::isSatisfiable);
            case Node.Times(Node part, int least, int most) -> least == 0 || isSatisfiable(part);
            case Node.And and -> leadsToAnEnd(and);
            case Node.Minus minus -> leadsToAnEnd(minus);
            case Node.Ref(Rule rule) -> productive.contains(rule);
          };
      satisfiable.put(node, known);
    }
    return known;
  }

  private boolean leadsToAnEnd(Node begin) {
    Set<Node> seen = new HashSet<>(Set.of(begin));
    Deque<Node> open = new ArrayDeque<>(seen);
    while (!open.isEmpty()) {
      Node node = open.pop();
      if (isNullable(node)) {
        return true;
      }
      for (int value = 0; value < 256; value++) {
        Node next = derivative(node, value);
        if (next != NEVER && seen.add(next)) {
          open.push(next);
        }
      }
    }
    return false;
  }

  /// Whether some letter of a set is spelled with these bytes first. Spellings ascend as letters
  /// do.
  private static boolean hasLetter(CodePoints letters, String read) {
    for (int i = 0; i < letters.ranges(); i++) {
      int low = letters.first(i);
      int high = letters.last(i);
      if (spelled(low).startsWith(read) || spelled(high).startsWith(read)) {
        return true;
      }
      while (high - low > 1) {
        int middle = (low + high) >>> 1;
        boolean isHalf = middle >= 0xD800 && middle <= 0xDFFF;
        if (!isHalf && spelled(middle).startsWith(read)) {
          return true;
        }
        if (isHalf ? read.compareTo("\u00ED\u00A0") < 0 : read.compareTo(spelled(middle)) < 0) {
          high = middle;
        } else {
          low = middle;
        }
      }
    }
    return false;
  }

  private static String spelled(int letter) {
    return new String(
        Character.toString(letter).getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  private Node derivative(Node node, int value) {
    return switch (node) {
      case Node.Never never -> NEVER;
      case Node.Empty empty -> NEVER;
      case Node.Bytes(String text) ->
          text.charAt(0) != value
              ? NEVER
              : text.length() == 1 ? EMPTY : new Node.Bytes(text.substring(1));
      case Node.Letter(CodePoints letters, String read) -> {
        String longer = read + (char) value;
        if (!hasLetter(letters, longer)) {
          yield NEVER;
        }
        String letter =
            new String(longer.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
        boolean isWhole = spelled(letter.codePointAt(0)).equals(longer);
        yield isWhole ? EMPTY : new Node.Letter(letters, longer);
      }
      case Node.Then(Node first, Node second) -> {
        Node with = then(derivative(first, value), second);
        yield isNullable(first) ? or(List.of(with, derivative(second, value))) : with;
      }
      case Node.Or(Set<Node> branches) ->
          or(branches.stream().map(branch -> derivative(branch, value)).toList());
      case Node.Times(Node part, int least, int most) ->
          then(
              derivative(part, value),
              times(part, Math.max(0, least - 1), most == Integer.MAX_VALUE ? most : most - 1));
      case Node.And(Node left, Node right) -> {
        Node after = derivative(left, value);
        Node other = derivative(right, value);
        yield after == NEVER || other == NEVER ? NEVER : new Node.And(after, other);
      }
      case Node.Minus(Node left, Node right) -> {
        Node after = derivative(left, value);
        yield after == NEVER ? NEVER : new Node.Minus(after, derivative(right, value));
      }
      case Node.Ref ref -> throw new AssertionError("languages with rules are not intersected");
    };
  }
}
