// Prints what cassandra.yaml may hold, as org.apache.cassandra.config.Config of the jars on the class path declares it:
//   setting <name> <type as TypeScript>      renamed <old name> <new name>
// By reflection only, because the annotation Replaces differs between the lines.
import java.lang.annotation.Annotation;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

public class Settings {
  private static final String PACKAGE = "org.apache.cassandra.config.";
  private static final Map<String, String> UNITS = Map.of(
      "Nanoseconds", "ns", "Microseconds", "us", "Milliseconds", "ms", "Seconds", "s", "Minutes", "m",
      "Bytes", "B", "Kibibytes", "KiB", "Mebibytes", "MiB");

  /** A name that is old and new at once (key_cache_save_period) takes the values of both. */
  private static final Map<String, TreeSet<String>> settings = new TreeMap<>();
  private static final Map<String, String> renamed = new TreeMap<>();

  public static void main(String[] arguments) throws Exception {
    for (Field field : Class.forName(PACKAGE + "Config", false, Settings.class.getClassLoader()).getFields()) {
      if (Modifier.isStatic(field.getModifiers()) || Modifier.isTransient(field.getModifiers())) continue;
      add(field.getName(), reduce(field));
      for (Annotation replaces : replaces(field)) {
        String oldName = (String) value(replaces, "oldName");
        add(oldName, oldType(replaces, field));
        if (!oldName.equals(field.getName())) renamed.put(oldName, field.getName());
      }
    }
    settings.forEach((name, types) -> System.out.println("setting\t" + name + "\t" + union(types)));
    renamed.forEach((oldName, name) -> System.out.println("renamed\t" + oldName + "\t" + name));
  }

  @SuppressWarnings("unchecked")
  private static Annotation[] replaces(Field field) throws ReflectiveOperationException {
    return field.getAnnotationsByType((Class<Annotation>) Class.forName(PACKAGE + "Replaces"));
  }

  /** 4.0 only gives names to settings anew; from 4.1 on a converter may change the type too. */
  private static String oldType(Annotation replaces, Field field) throws ReflectiveOperationException {
    Object converter;
    try {
      converter = value(replaces, "converter");
    } catch (NoSuchMethodException before41) {
      return reduce(field);
    }
    Class<?> type = (Class<?>) converter.getClass().getMethod("getOldType").invoke(converter);
    if (type == null) return reduce(field);
    // Kept as text and the name stays (key_cache_save_period): a bare number of seconds, or a duration.
    boolean seconds = type == String.class && value(replaces, "oldName").equals(field.getName());
    String reduced = reduce(seconds ? Integer.class : type);
    // Most numbers that became durations or sizes lost their -1.
    if (reduced.equals("'integer'") && !takesNegative(converter, type)) return "'natural'";
    if (reduced.equals("'long'") && !takesNegative(converter, type)) return "'long natural'";
    return reduced;
  }

  private static boolean takesNegative(Object converter, Class<?> type) throws ReflectiveOperationException {
    Object minusOne = type == String.class ? "-1" : type == Long.class || type == long.class ? (Object) (-1L) : (Object) (-1);
    try {
      converter.getClass().getMethod("convert", Object.class).invoke(converter, minusOne);
      return true;
    } catch (InvocationTargetException refused) {
      return false;
    }
  }

  private static Object value(Annotation annotation, String name) throws ReflectiveOperationException {
    return annotation.annotationType().getMethod(name).invoke(annotation);
  }

  private static void add(String name, String type) {
    settings.computeIfAbsent(name, key -> new TreeSet<>()).addAll(Arrays.asList(type.split("\\|")));
  }

  /** A list says in its generic type what it holds. */
  private static String reduce(Field field) {
    if (field.getGenericType() instanceof ParameterizedType && Collection.class.isAssignableFrom(field.getType())) {
      Type item = ((ParameterizedType) field.getGenericType()).getActualTypeArguments()[0];
      if (item instanceof Class && ((Class<?>) item).isEnum()) return "{ listOf: " + names((Class<?>) item) + " }";
    }
    return reduce(field.getType());
  }

  private static String reduce(Class<?> type) {
    String name = type.getName();
    if (type == boolean.class || type == Boolean.class) return "'boolean'";
    if (type == int.class || type == Integer.class) return "'integer'";
    if (type == long.class || type == Long.class) return "'long'";
    if (type == double.class || type == Double.class || type == float.class || type == Float.class) return "'double'";
    if (type == String.class) return "'string'";
    if (type.isArray() || Collection.class.isAssignableFrom(type)) return "'list'";
    if (type.isEnum()) return "{ enum: " + names(type) + " }";
    // Since 5.0 the name of the class alone will do.
    if (name.equals(PACKAGE + "ParameterizedClass")) return hasTextConstructor(type) ? "'class'|'string'" : "'class'";
    if (name.startsWith(PACKAGE + "DurationSpec$")) return "{ duration: '" + smallestUnit(name) + "' }";
    if (name.startsWith(PACKAGE + "DataStorageSpec$")) return "{ storage: '" + smallestUnit(name) + "' }";
    if (name.startsWith(PACKAGE + "DataRateSpec$")) return "'rate'";
    if (Map.class.isAssignableFrom(type) || name.startsWith("org.apache.cassandra.")) return "'map'";
    throw new IllegalStateException("no rule for the type " + name);
  }

  private static String names(Class<?> type) {
    return Arrays.stream(type.getEnumConstants()).map(c -> "'" + ((Enum<?>) c).name() + "'").collect(Collectors.joining(", ", "[", "]"));
  }

  private static boolean hasTextConstructor(Class<?> type) {
    return Arrays.stream(type.getConstructors()).anyMatch(c -> Arrays.equals(c.getParameterTypes(), new Class<?>[] {String.class}));
  }

  /** DurationSpec$IntMillisecondsBound takes ms and everything larger. */
  private static String smallestUnit(String name) {
    String unit = UNITS.get(name.replaceFirst(".*\\$(Int|Long)", "").replaceFirst("Bound$", ""));
    if (unit == null) throw new IllegalStateException("no unit for the type " + name);
    return unit;
  }

  private static String union(TreeSet<String> types) {
    return types.size() == 1 ? types.first() : "[" + String.join(", ", types) + "]";
  }
}
