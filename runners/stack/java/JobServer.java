import org.apache.beam.runners.flink.FlinkJobServerDriver;
import org.apache.beam.sdk.expansion.service.ExpansionServer;
import org.apache.beam.sdk.expansion.service.ExpansionService;

/**
 * Beam's job server, which sends with each job every jar of the class path it finds: here 240 MB and 15 seconds.
 * The cluster runs from the same class path, so that one empty jar will do. Its expansion service would make
 * transforms that run in Docker; this one makes them for Flink's own processes, and KafkaIO a source of Flink's.
 * Arguments: that jar, host and port of the expansion service, then the job server's.
 */
public final class JobServer {
    public static void main(String[] arguments) throws Exception {
        System.setProperty("java.class.path", arguments[0]);
        ExpansionService service = new ExpansionService(
            new String[] {"--defaultEnvironmentType=EMBEDDED", "--experiments=use_deprecated_read"});
        ExpansionServer.create(service, arguments[1], Integer.parseInt(arguments[2]));
        FlinkJobServerDriver.main(java.util.Arrays.copyOfRange(arguments, 3, arguments.length));
    }
}
