package dev.minke.inference.grammar;

import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Schemas as people send them with their requests, each with an answer that a model would give.
final class RealisticSchemas {
  private RealisticSchemas() {}

  /// A schema and a text that satisfies it, with blanks as models set them.
  record Case(String name, JsonNode schema, String answer) {}

  static List<Case> all() {
    return List.of(
        of(
            "weather tool",
            """
            {"type": "object",
             "properties": {
               "location": {"type": "string", "description": "City and country"},
               "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]},
               "days": {"type": "integer", "minimum": 1, "maximum": 14}},
             "required": ["location", "unit"], "additionalProperties": false}
            """,
            """
            {"location": "San José, Costa Rica", "unit": "celsius", "days": 10}
            """),
        of(
            "invoice",
            """
            {"type": "object",
             "properties": {
               "number": {"type": "string", "pattern": "^INV-[0-9]{4}-[0-9]{5}$"},
               "issued": {"type": "string", "format": "date"},
               "currency": {"enum": ["EUR", "USD", "GBP", "CNY"]},
               "customer": {
                 "type": "object",
                 "properties": {
                   "name": {"type": "string", "minLength": 1, "maxLength": 200},
                   "vat": {"type": ["string", "null"]},
                   "address": {"$ref": "#/$defs/address"}},
                 "required": ["name", "vat", "address"]},
               "lines": {
                 "type": "array", "minItems": 1, "maxItems": 100,
                 "items": {
                   "type": "object",
                   "properties": {
                     "description": {"type": "string"},
                     "quantity": {"type": "integer", "minimum": 1},
                     "price": {"type": "number", "minimum": 0, "multipleOf": 0.01}},
                   "required": ["description", "quantity", "price"]}},
               "total": {"type": "number", "minimum": 0}},
             "required": ["number", "issued", "currency", "customer", "lines", "total"],
             "$defs": {
               "address": {
                 "type": "object",
                 "properties": {
                   "street": {"type": "string"},
                   "city": {"type": "string"},
                   "postcode": {"type": "string", "pattern": "^[A-Z0-9 -]{3,10}$"},
                   "country": {"type": "string", "pattern": "^[A-Z]{2}$"}},
                 "required": ["street", "city", "postcode", "country"]}}}
            """,
            """
            {
              "number": "INV-2026-00421",
              "issued": "2026-02-28",
              "currency": "EUR",
              "customer": {
                "name": "Łukasz & Söhne GmbH",
                "vat": "DE123456789",
                "address": {"street": "Königsallee 7", "city": "Düsseldorf", "postcode": "40212", "country": "DE"}
              },
              "lines": [
                {"description": "Consulting, \\"phase 1\\"", "quantity": 12, "price": 95.50},
                {"description": "Travel", "quantity": 1, "price": 310}
              ],
              "total": 1456.00
            }
            """),
        of(
            "named entities",
            """
            {"type": "array",
             "items": {
               "type": "object",
               "properties": {
                 "text": {"type": "string"},
                 "label": {"enum": ["PERSON", "ORG", "GPE", "DATE", "MONEY", "PRODUCT", "EVENT", "LAW", "LANGUAGE"]},
                 "start": {"type": "integer", "minimum": 0},
                 "end": {"type": "integer", "minimum": 0},
                 "confidence": {"type": "number", "minimum": 0, "maximum": 1}},
               "required": ["text", "label", "start", "end"]}}
            """,
            """
            [{"text": "Ada Lovelace", "label": "PERSON", "start": 0, "end": 12, "confidence": 0.98}, {"text": "London", "label": "GPE", "start": 30, "end": 36}, {"text": "1843年", "label": "DATE", "start": 50, "end": 55, "confidence": 1}]
            """),
        of(
            "tree",
            """
            {"$ref": "#/$defs/node",
             "$defs": {
               "node": {
                 "type": "object",
                 "properties": {
                   "name": {"type": "string"},
                   "size": {"type": "integer"},
                   "children": {"type": "array", "items": {"$ref": "#/$defs/node"}}},
                 "required": ["name", "children"]}}}
            """,
            """
            {"name": "src", "children": [{"name": "main", "size": 12, "children": [{"name": "java", "children": [{"name": "App.java", "size": 2048, "children": []}, {"name": "Util.java", "children": []}]}]}, {"name": "test", "children": []}]}
            """),
        of(
            "expression",
            """
            {"$ref": "#/$defs/e",
             "$defs": {
               "e": {
                 "oneOf": [
                   {"type": "object", "properties": {"op": {"const": "number"}, "value": {"type": "number"}}, "required": ["op", "value"], "additionalProperties": false},
                   {"type": "object", "properties": {"op": {"const": "variable"}, "name": {"type": "string", "pattern": "^[a-z_][a-z0-9_]*$"}}, "required": ["op", "name"], "additionalProperties": false},
                   {"type": "object", "properties": {"op": {"enum": ["add", "subtract", "multiply", "divide"]}, "left": {"$ref": "#/$defs/e"}, "right": {"$ref": "#/$defs/e"}}, "required": ["op", "left", "right"], "additionalProperties": false}]}}}
            """,
            """
            {"op": "add", "left": {"op": "multiply", "left": {"op": "variable", "name": "unit_price"}, "right": {"op": "number", "value": -1.5e3}}, "right": {"op": "divide", "left": {"op": "number", "value": 1}, "right": {"op": "variable", "name": "n"}}}
            """),
        of(
            "review with limits",
            """
            {"type": "object",
             "properties": {
               "title": {"type": "string", "maxLength": 80},
               "summary": {"type": "string", "minLength": 20, "maxLength": 1000},
               "rating": {"type": "integer", "minimum": 1, "maximum": 5},
               "pros": {"type": "array", "items": {"type": "string", "maxLength": 120}, "maxItems": 5},
               "cons": {"type": "array", "items": {"type": "string", "maxLength": 120}, "maxItems": 5},
               "recommended": {"type": "boolean"}},
             "required": ["title", "summary", "rating", "recommended"]}
            """,
            """
            {
              "title": "A quiet keyboard that lasts",
              "summary": "After three months of daily typing the keys feel as they did on the first day. The case is heavy enough not to slide, the battery needs a charge every other week, and the software is one you install once and forget. The only thing that I would change is the cable, which is too short for a desk with a monitor arm.",
              "rating": 4,
              "pros": ["silent", "solid case", "long battery life"],
              "cons": ["short cable"],
              "recommended": true
            }
            """),
        of(
            "chain of thought",
            """
            {"type": "object",
             "properties": {
               "steps": {
                 "type": "array",
                 "items": {
                   "type": "object",
                   "properties": {"explanation": {"type": "string"}, "output": {"type": "string"}},
                   "required": ["explanation", "output"], "additionalProperties": false}},
               "final_answer": {"type": "string"}},
             "required": ["steps", "final_answer"], "additionalProperties": false}
            """,
            """
            {"steps": [{"explanation": "Subtract 7 from both sides of the equation: the term without x has to go first.", "output": "8x = -30"}, {"explanation": "Divide both sides by 8.", "output": "x = -30/8 = -15/4"}], "final_answer": "x = -15/4, that is −3,75"}
            """),
        of(
            "calendar event",
            """
            {"type": "object",
             "properties": {
               "id": {"type": "string", "format": "uuid"},
               "title": {"type": "string"},
               "start": {"type": "string", "format": "date-time"},
               "end": {"type": "string", "format": "date-time"},
               "attendees": {"type": "array", "items": {"type": "string", "format": "email"}, "maxItems": 50},
               "reminder_minutes": {"anyOf": [{"type": "null"}, {"type": "integer", "enum": [5, 10, 15, 30, 60]}]},
               "repeat": {
                 "type": "object",
                 "properties": {
                   "every": {"enum": ["day", "week", "month", "year"]},
                   "until": {"type": "string", "format": "date"}},
                 "required": ["every"]}},
             "required": ["id", "title", "start", "end", "attendees"]}
            """,
            """
            {"id": "3f2b8c1e-9d47-4a6b-8e21-0c5d7f9a1b34", "title": "Сбор команды / 团队会议", "start": "2026-03-02T09:30:00+01:00", "end": "2026-03-02T10:15:00+01:00", "attendees": ["maria.gomez@example.com", "li-wei@mail.example.org"], "reminder_minutes": 15, "repeat": {"every": "week", "until": "2026-12-31"}}
            """),
        of(
            "settings of any name",
            """
            {"type": "object",
             "properties": {"version": {"const": 2}, "profile": {"type": "string"}},
             "required": ["version"],
             "patternProperties": {"^x-[a-z-]+$": {"type": "string"}},
             "additionalProperties": {"anyOf": [{"type": "boolean"}, {"type": "number"}, {"type": "object", "additionalProperties": {"type": "string"}}]}}
            """,
            """
            {"version": 2, "profile": "default", "x-trace-id": "a81f", "verbose": true, "timeout": 2.5, "labels": {"team": "search", "tier": "gold"}}
            """),
        of(
            "any JSON",
            """
            {}
            """,
            """
            {"query": {"bool": {"must": [{"match": {"title": "whales"}}, {"range": {"year": {"gte": 1990, "lt": 2026}}}], "filter": []}}, "size": 20, "sort": [{"_score": "desc"}, "date"], "explain": false, "after": null}
            """));
  }

  private static Case of(String name, String schema, String answer) {
    return new Case(name, JsonMapper.shared().readTree(schema), answer.strip());
  }
}
