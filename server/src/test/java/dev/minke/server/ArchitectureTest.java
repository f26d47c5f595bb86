package dev.minke.server;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// The packages of the server: who may know whom, and what nobody may use.
class ArchitectureTest {
  private static final String ROOT = "dev.minke.server";

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(ROOT);

  @Test
  void protocolsAreComposedAndKnowNoOther() {
    layeredArchitecture()
        .consideringOnlyDependenciesInAnyPackage(ROOT + "..")
        .layer("wire")
        .definedBy(ROOT + ".wire..")
        .layer("host")
        .definedBy(ROOT + ".host..")
        .layer("answer")
        .definedBy(ROOT + ".answer..")
        .layer("dialog")
        .definedBy(ROOT + ".dialog..")
        .layer("openai")
        .definedBy(ROOT + ".openai..")
        .layer("anthropic")
        .definedBy(ROOT + ".anthropic..")
        .layer("ollama")
        .definedBy(ROOT + ".ollama..")
        .layer("ops")
        .definedBy(ROOT + ".ops..")
        .layer("server")
        .definedBy(ROOT)
        .whereLayer("server")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("openai")
        .mayOnlyBeAccessedByLayers("server")
        .whereLayer("anthropic")
        .mayOnlyBeAccessedByLayers("server")
        .whereLayer("ollama")
        .mayOnlyBeAccessedByLayers("server")
        .whereLayer("ops")
        .mayOnlyBeAccessedByLayers("server")
        .whereLayer("dialog")
        .mayOnlyBeAccessedByLayers("openai", "anthropic", "ollama")
        .whereLayer("answer")
        .mayOnlyBeAccessedByLayers("openai", "anthropic", "ollama", "ops", "server")
        .check(CLASSES);
  }

  @Test
  void packagesFormNoCycle() {
    slices().matching(ROOT + ".(**)").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void metricsAreWrittenInOnePlace() {
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName(ROOT + ".ops.Metrics")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.prometheus..")
        .check(CLASSES);
  }

  @Test
  void nothingIsStaticAndMutable() {
    fields().that().areStatic().and().doNotHaveName("$VALUES").should().beFinal().check(CLASSES);
  }

  @Test
  void absenceIsNeverAnOptionalField() {
    noFields().should().haveRawType(Optional.class).check(CLASSES);
  }

  @Test
  void theServerDoesNotPrint() {
    noClasses()
        .should()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .check(CLASSES);
  }

  @Test
  void everyPackageSaysWhatItIs() {
    Set<String> packages =
        CLASSES.stream().map(JavaClass::getPackageName).collect(Collectors.toSet());
    Set<String> described =
        CLASSES.stream()
            .filter(type -> type.getSimpleName().equals("package-info"))
            .map(JavaClass::getPackageName)
            .collect(Collectors.toSet());
    assertThat(described).containsAll(packages);
  }

  @Test
  void classesAreFinal() {
    classes()
        .that()
        .areNotInterfaces()
        .and()
        .areTopLevelClasses()
        .and()
        .doNotHaveSimpleName("package-info")
        .should()
        .haveModifier(JavaModifier.FINAL)
        .check(CLASSES);
  }
}
