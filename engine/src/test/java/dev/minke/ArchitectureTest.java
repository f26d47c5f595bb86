package dev.minke;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.conditions.ArchPredicates.are;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// The map of ARCHITECTURE.md as rules: who may know whom, and what nobody may use.
class ArchitectureTest {
  private static final String ROOT = "dev.minke";

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(ROOT);

  @Test
  void arrowsNeverPointUp() {
    layeredArchitecture()
        .consideringOnlyDependenciesInAnyPackage(ROOT + "..")
        .withOptionalLayers(true)
        .layer("tensor")
        .definedBy(ROOT + ".tensor..")
        .layer("quant")
        .definedBy(ROOT + ".quant..")
        .layer("kernel")
        .definedBy(ROOT + ".kernel..")
        .layer("autograd")
        .definedBy(ROOT + ".autograd..")
        .layer("nn")
        .definedBy(ROOT + ".nn..")
        .layer("model")
        .definedBy(ROOT + ".model..")
        .layer("tokenizer")
        .definedBy(ROOT + ".tokenizer..")
        .layer("checkpoint")
        .definedBy(ROOT + ".checkpoint..")
        .layer("data")
        .definedBy(ROOT + ".data..")
        .layer("train")
        .definedBy(ROOT + ".train..")
        .layer("inference")
        .definedBy(ROOT + ".inference..")
        .layer("post")
        .definedBy(ROOT + ".post..")
        .layer("eval")
        .definedBy(ROOT + ".eval..")
        .layer("ledger")
        .definedBy(ROOT + ".ledger..")
        .layer("backend")
        .definedBy(ROOT + ".backend..")
        .layer("api")
        .definedBy(ROOT)
        .whereLayer("train")
        .mayOnlyBeAccessedByLayers("eval", "api")
        .whereLayer("inference")
        .mayOnlyBeAccessedByLayers("eval", "api")
        .whereLayer("data")
        .mayOnlyBeAccessedByLayers("train", "eval", "api")
        .whereLayer("checkpoint")
        .mayOnlyBeAccessedByLayers("data", "train", "inference", "eval", "api")
        .whereLayer("model")
        .mayOnlyBeAccessedByLayers("checkpoint", "data", "train", "inference", "eval", "api")
        .whereLayer("nn")
        .mayOnlyBeAccessedByLayers("model", "checkpoint", "train", "inference", "eval", "api")
        .whereLayer("quant")
        .mayOnlyBeAccessedByLayers("kernel", "autograd", "nn", "checkpoint")
        .whereLayer("backend")
        .mayOnlyBeAccessedByLayers("api")
        .whereLayer("api")
        .mayNotBeAccessedByAnyLayer()
        .check(CLASSES);
  }

  @Test
  void tensorsKnowNothingOfOurs() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + ".tensor..")
        .should()
        .dependOnClassesThat(resideInAnyPackage(ROOT + "..").and(are(not(ROOT + ".tensor.."))))
        .check(CLASSES);
  }

  @Test
  void formatsKnowTensorsAlone() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + ".quant..")
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(ROOT + "..")
                .and(are(not(ROOT + ".quant..")))
                .and(are(not(ROOT + ".tensor.."))))
        .check(CLASSES);
  }

  @Test
  void whatAllReadersShareKnowsNothingOfOurs() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + ".input..")
        .should()
        .dependOnClassesThat(resideInAnyPackage(ROOT + "..").and(are(not(ROOT + ".input.."))))
        .check(CLASSES);
  }

  @Test
  void packagesFormNoCycle() {
    slices().matching(ROOT + ".(**)").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void theLedgerKnowsNothingOfOurs() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + ".ledger..")
        .should()
        .dependOnClassesThat(resideInAnyPackage(ROOT + "..").and(are(not(ROOT + ".ledger.."))))
        .allowEmptyShould(true)
        .check(CLASSES);
  }

  @Test
  void vectorInstructionsAreUsedInOnePlace() {
    noClasses()
        .that()
        .resideOutsideOfPackages(ROOT + ".kernel.vector..", ROOT + ".backend..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("jdk.incubator..")
        .check(CLASSES);
  }

  @Test
  void backendsAreNamedByTheBackendPackageAlone() {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            ROOT + ".kernel.vector..", ROOT + ".kernel.reference..", ROOT + ".backend..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(ROOT + ".kernel.vector..", ROOT + ".kernel.reference..")
        .check(CLASSES);
  }

  @Test
  void modelsKnowNoFilesAndNoThreads() {
    noClasses()
        .that()
        .resideInAnyPackage(ROOT + ".model..", ROOT + ".nn..", ROOT + ".autograd..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.io..", "java.nio..", "java.util.concurrent..")
        .check(CLASSES);
  }

  /// Their order of addition is not specified (lanes) or their bits are not (the library's
  /// lane-wise functions).
  @Test
  void kernelsUseNoReductionAndNoLibraryFunctionOfUnspecifiedBits() {
    Set<String> banned =
        Set.of("SIN", "COS", "TAN", "TANH", "EXP", "EXPM1", "LOG", "LOG1P", "POW", "CBRT");
    noClasses()
        .should()
        .callMethodWhere(
            target(name("reduceLanes"))
                .and(
                    target(owner(nameMatching("jdk\\.incubator\\.vector\\.(Float|Double)Vector")))))
        .check(CLASSES);
    Set<String> used =
        CLASSES.stream()
            .flatMap(type -> type.getFieldAccessesFromSelf().stream())
            .filter(access ->
                access.getTargetOwner().getName().endsWith("incubator.vector.VectorOperators"))
            .map(access -> access.getTarget().getName())
            .filter(banned::contains)
            .collect(Collectors.toSet());
    assertThat(used).as("lane-wise functions of unspecified bits").isEmpty();
    noClasses()
        .that()
        .resideInAPackage(ROOT + ".kernel.vector..")
        .should()
        .callMethodWhere(
            target(owner(name("java.lang.Math")))
                .and(target(nameMatching("exp|log|pow|sin|cos|tanh|cbrt|log1p|expm1"))))
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
  void randomNumbersAreCounterBased() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.util.Random")
        .check(CLASSES);
    noClasses().should().callMethod(Math.class, "random").check(CLASSES);
  }

  @Test
  void theEngineDoesNotPrint() {
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
        CLASSES.stream().map(type -> type.getPackageName()).collect(Collectors.toSet());
    Set<String> described =
        CLASSES.stream()
            .filter(type -> type.getSimpleName().equals("package-info"))
            .map(type -> type.getPackageName())
            .collect(Collectors.toSet());
    assertThat(described).containsAll(packages);
  }

  @Test
  void classesAreFinalOrMeantToBeExtended() {
    classes()
        .that()
        .areNotInterfaces()
        .and()
        .areTopLevelClasses()
        .and()
        .doNotHaveModifier(com.tngtech.archunit.core.domain.JavaModifier.ABSTRACT)
        .and()
        .doNotHaveSimpleName("package-info")
        .should()
        .haveModifier(com.tngtech.archunit.core.domain.JavaModifier.FINAL)
        .check(CLASSES);
  }

  private static com.tngtech.archunit.base.DescribedPredicate<
          com.tngtech.archunit.core.domain.JavaClass>
      not(String packages) {
    return com.tngtech.archunit.base.DescribedPredicate.not(resideInAnyPackage(packages));
  }
}
