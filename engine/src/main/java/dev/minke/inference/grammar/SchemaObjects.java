package dev.minke.inference.grammar;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The objects of a schema: declared properties in their order, then others by pattern or of any
/// name.
///
/// Names of others are spelled in one way, so none of them is a declared one in disguise. A name
/// may come twice; whoever reads JSON takes the last, which is valid, too.
final class SchemaObjects {
  /// Alternatives of which property comes first.
  private static final int MOST_FIRST = 50;

  private static final Expression ANY_TEXT = Expression.any(new Expression.OneOf(CodePoints.ANY));

  private final JsonSchema schemas;
  private final JsonText json;
  private final Budget budget;

  SchemaObjects(JsonSchema schemas, JsonText json, Budget budget) {
    this.budget = budget;
    this.schemas = schemas;
    this.json = json;
  }

  Expression object(SchemaFacts facts) {
    if (facts.places().stream().noneMatch(SchemaObjects::isAboutObjects)) {
      return json.anyObject();
    }
    Names names = new Names(facts);
    List<Expression.Member> declared = new ArrayList<>();
    for (String name : names.all) {
      boolean isAllowed = names.isAllowed(name);
      Expression content = isAllowed ? schemas.compile(names.schemas(name)) : Expression.NEVER;
      Expression key = JsonText.string(Expression.text(name));
      declared.add(
          new Expression.Member(json.property(key, content), names.required.contains(name), false));
    }
    List<Expression.Member> others = others(facts, names);
    return counted(facts, names, declared, others);
  }

  private static boolean isAboutObjects(SchemaPlace place) {
    return SchemaKeywords.OF_TYPE.getOrDefault("object", Set.of()).stream().anyMatch(place::has);
  }

  /// The names of a schema's properties, and what is said of them.
  private final class Names {
    private final SchemaFacts facts;
    private final Map<String, List<SchemaPlace>> declared;
    private final Set<String> required;
    private final Set<String> all;
    private final Map<SchemaPlace, Map<String, Dfa>> patterns = new LinkedHashMap<>();
    private final @Nullable Expression allowed;
    private final @Nullable Dfa allowedNames;

    Names(SchemaFacts facts) {
      this.facts = facts;
      declared = facts.properties();
      required = facts.required();
      all = new LinkedHashSet<>(declared.keySet());
      all.addAll(required);
      for (SchemaPlace place : facts.with("patternProperties")) {
        if (!place.get("patternProperties").isObject()) {
          throw place.damage("patternProperties", "an object of schemas");
        }
        Map<String, Dfa> compiled = new LinkedHashMap<>();
        for (String pattern : place.get("patternProperties").propertyNames()) {
          compiled.put(pattern, regular(schemas.pattern(place, pattern)));
        }
        patterns.put(place, compiled);
      }
      List<SchemaPlace> ofNames = new ArrayList<>();
      facts.with("propertyNames").forEach(place -> ofNames.add(place.at("propertyNames")));
      allowed = ofNames.isEmpty() ? null : names(ofNames);
      allowedNames = allowed == null ? null : regular(allowed);
    }

    private Expression names(List<SchemaPlace> places) {
      SchemaFacts names = schemas.facts(places);
      for (SchemaPlace place : names.places()) {
        if (place.isFalse()) {
          return Expression.NEVER;
        }
        for (String keyword : List.of("anyOf", "oneOf")) {
          if (place.has(keyword)) {
            throw place.refusal(keyword, "names of properties are described by pattern or enum");
          }
        }
      }
      return names.types().contains("string") ? schemas.stringValues(names) : Expression.NEVER;
    }

    private Dfa regular(Expression expression) {
      return new Fragments(budget).regular(expression);
    }

    boolean isAllowed(String name) {
      return allowedNames == null || allowedNames.accepts(name.getBytes(StandardCharsets.UTF_8));
    }

    /// All that is said of a property of this name.
    List<SchemaPlace> schemas(String name) {
      List<SchemaPlace> said = new ArrayList<>(declared.getOrDefault(name, List.of()));
      byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
      for (SchemaPlace place : facts.places()) {
        boolean isKnown = place.get("properties").has(name);
        for (Map.Entry<String, Dfa> entry : patterns.getOrDefault(place, Map.of()).entrySet()) {
          if (entry.getValue().accepts(bytes)) {
            isKnown = true;
            said.add(place.at("patternProperties", entry.getKey()));
          }
        }
        if (!isKnown && place.has("additionalProperties")) {
          said.add(place.at("additionalProperties"));
        }
      }
      return said;
    }
  }

  private List<Expression.Member> others(SchemaFacts facts, Names names) {
    List<Expression.Member> others = new ArrayList<>();
    List<Expression> taken = new ArrayList<>();
    names.all.forEach(name -> taken.add(Expression.text(name)));
    List<SchemaPlace> additional = facts.with("additionalProperties");
    for (Map.Entry<SchemaPlace, Map<String, Dfa>> entry : names.patterns.entrySet()) {
      SchemaPlace place = entry.getKey();
      boolean isAlone =
          names.patterns.size() == 1 && additional.stream().allMatch(one -> one.equals(place));
      if (!isAlone) {
        throw place.refusal("patternProperties", "write it and additionalProperties in one schema");
      }
      checkApart(place, entry.getValue());
      entry
          .getValue()
          .forEach((pattern, matching) -> {
            Expression key = key(names, new Expression.Regular(matching), List.copyOf(taken));
            others.add(other(key, List.of(place.at("patternProperties", pattern))));
          });
      entry.getValue().values().forEach(matching -> taken.add(new Expression.Regular(matching)));
    }
    boolean isOpen =
        additional.isEmpty()
            ? facts.with("properties").isEmpty() && names.patterns.isEmpty()
            : additional.stream().noneMatch(place -> place.at("additionalProperties").isFalse());
    if (isOpen) {
      Expression key =
          taken.isEmpty() && names.allowed == null ? json.string() : key(names, ANY_TEXT, taken);
      others.add(
          other(key, additional.stream().map(place -> place.at("additionalProperties")).toList()));
    }
    return others;
  }

  private Expression.Member other(Expression key, List<SchemaPlace> content) {
    return new Expression.Member(json.property(key, schemas.compile(content)), false, true);
  }

  private static Expression key(Names names, Expression matching, List<Expression> taken) {
    Expression allowed =
        names.allowed == null ? matching : new Expression.Both(matching, names.allowed);
    return JsonText.string(
        taken.isEmpty() ? allowed : new Expression.Except(allowed, new Expression.Choice(taken)));
  }

  private void checkApart(SchemaPlace place, Map<String, Dfa> patterns) {
    List<String> names = List.copyOf(patterns.keySet());
    List<Dfa> automata = List.copyOf(patterns.values());
    for (int i = 0; i < names.size(); i++) {
      for (int j = 0; j < i; j++) {
        if (Product.both(automata.get(i), automata.get(j), budget).acceptsSomething()) {
          throw place.refusal(
              "patternProperties",
              "a name may match both %s and %s; anchor them".formatted(names.get(j), names.get(i)));
        }
      }
    }
  }

  /// The object, with as many properties as it may have.
  private Expression counted(
      SchemaFacts facts,
      Names names,
      List<Expression.Member> declared,
      List<Expression.Member> others) {
    int least = facts.highest("minProperties");
    int most = facts.lowest("maxProperties");
    List<Expression.Member> all = new ArrayList<>(declared);
    all.addAll(others);
    boolean isLimited =
        most != Expression.Repeat.NO_LIMIT && (!others.isEmpty() || most < declared.size());
    if (isLimited) {
      SchemaPlace place = facts.with("maxProperties").getFirst();
      if (others.size() != 1 || !declared.isEmpty()) {
        throw place.refusal("maxProperties", "declare fewer properties, or leave it out");
      }
      if (least > 0) {
        throw place.refusal("minProperties", "list the properties in required");
      }
      return limited(others.getFirst().part(), most);
    }
    if (least <= names.required.size()) {
      return json.object(all);
    }
    if (others.isEmpty() && least == declared.size()) {
      return json.object(declared.stream().map(SchemaObjects::required).toList());
    }
    if (others.isEmpty() && least == 1 && declared.size() <= MOST_FIRST) {
      List<Expression> byFirst = new ArrayList<>();
      for (int i = 0; i < declared.size(); i++) {
        List<Expression.Member> from = new ArrayList<>(declared.subList(i, declared.size()));
        from.set(0, required(from.getFirst()));
        byFirst.add(json.object(from));
      }
      return new Expression.Choice(byFirst);
    }
    throw facts
        .with("minProperties")
        .getFirst()
        .refusal("minProperties", "list the properties in required");
  }

  private static Expression.Member required(Expression.Member member) {
    return new Expression.Member(member.part(), true, member.repeats());
  }

  /// Up to so many properties of one kind.
  private Expression limited(Expression property, int most) {
    if (most == 0) {
      return json.object(List.of());
    }
    Expression more =
        new Expression.Repeat(Expression.sequence(json.comma(), property), 0, most - 1);
    return json.object(
        List.of(new Expression.Member(Expression.sequence(property, more), false, false)));
  }
}
