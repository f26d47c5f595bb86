package dev.minke.kernel.vector;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.management.ManagementFactory;
import java.lang.reflect.AccessFlag;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What stands in the inner loops is inlined even where the compiler has used up its nodes: no
/// larger than what passes as trivial. Otherwise, now and then, each vector becomes an object
/// (`docs/adr/0008`).
class TrivialMethodsTest {
  private static final Set<String> OUTSIDE_OF_LOOPS =
      Set.of("<clinit>", "<init>", "allocateFloats", "copy", "clear");

  @Test
  void loadsAndStoresAreTrivial() throws Exception {
    int most =
        Integer.parseInt(
            ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                .getVMOption("MaxTrivialSize")
                .getValue());
    byte[] bytes;
    try (InputStream in = Memory.class.getResourceAsStream("Memory.class")) {
      bytes = in.readAllBytes();
    }
    for (MethodModel method : ClassFile.of().parse(bytes).methods()) {
      String name = method.methodName().stringValue();
      if (!OUTSIDE_OF_LOOPS.contains(name) && !method.flags().has(AccessFlag.SYNTHETIC)) {
        assertThat(codeBytes(method)).as(name + method.methodType()).isLessThanOrEqualTo(most);
      }
    }
  }

  private static int codeBytes(MethodModel method) {
    return ((CodeAttribute) method.code().orElseThrow()).codeLength();
  }
}
