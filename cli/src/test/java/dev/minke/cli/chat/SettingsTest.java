package dev.minke.cli.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.minke.inference.Choice;
import dev.minke.inference.LogitRules;
import dev.minke.inference.Sampler;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SettingsTest {
  @Test
  void whatTheMakersAdviseIsTakenAndTheRestIsUsual() {
    Settings advised =
        Settings.advised(
            Map.of("temperature", 0.7, "top_k", 20, "min_p", 0.1, "repetition_penalty", 1.05), 3);
    assertThat(advised.sampler()).isEqualTo(new Sampler(0.7, 20, 0.95, 0.1, 3));
    assertThat(advised.rules()).isEqualTo(new LogitRules(1.05, 0, 0, 0, Map.of()));
    assertThat(Settings.advised(Map.of("temp", 0.5, "penalty_repeat", 1.1), 3).rules())
        .isEqualTo(new LogitRules(1.1, 0, 0, 0, Map.of()));
    assertThat(Settings.advised(Map.of("do_sample", false), 3).sampler().temperature()).isZero();
  }

  @Test
  void everyNameChangesItsOwnSetting() {
    Settings settings = Settings.advised(Map.of(), 3);
    String before = settings.words();
    for (String name : Settings.NAMES) {
      String value = name.equals("seed") || name.startsWith("max") ? "1" : "0.25";
      Settings changed = settings.with(name, name.equals("top-k") ? "1" : value);
      String[] found = changed.words().split(", ");
      String[] unchanged = before.split(", ");
      for (int i = 0; i < found.length; i++) {
        if (found[i].startsWith(name + " ")) {
          assertThat(found[i]).isNotEqualTo(unchanged[i]);
        } else {
          assertThat(found[i]).as(name).isEqualTo(unchanged[i]);
        }
      }
    }
  }

  @Test
  void anotherAttemptHasAnotherSeed() {
    Settings settings = Settings.advised(Map.of("min_p", 0.1), 3);
    assertThat(settings.choice(2))
        .isEqualTo(new Choice(new Sampler(0.8, 40, 0.95, 0.1, 5), settings.rules()));
  }

  @Test
  void aValueThatCannotBeIsRefusedByName() {
    Settings settings = Settings.advised(Map.of(), 3);
    assertThatThrownBy(() -> settings.with("min-p", "2")).hasMessageContaining("min-p");
    assertThatThrownBy(() -> settings.with("repetition-penalty", "0"))
        .hasMessageContaining("repetition-penalty: expected a number above 0");
    assertThatThrownBy(() -> settings.with("seed", "x")).hasMessageContaining("seed");
  }
}
