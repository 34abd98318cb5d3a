using System.Collections.Specialized;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using Cosmi.Interop;

namespace Cosmi.PowerShell
{
    /// <summary>Makes databases; those that exist stay as they are.</summary>
    [Cmdlet(VerbsCommon.New, "CosmiDatabase", DefaultParameterSetName = AccountSet, SupportsShouldProcess = true)]
    [OutputType("Cosmi.Database")]
    public sealed class NewCosmiDatabaseCommand : CosmiResourceCmdlet
    {
        /// <summary>The databases' names.</summary>
        [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
        [Alias("Database")]
        [AllowEmptyString]
        [Names]
        public string[] Name { get; set; } = System.Array.Empty<string>();

        /// <summary>Throughput that the collections share, always so much.</summary>
        [Parameter]
        [ValidateRange(1, int.MaxValue)]
        public int Throughput { get; set; }

        /// <summary>Throughput that the collections share, so much at most.</summary>
        [Parameter]
        [ValidateRange(1, int.MaxValue)]
        public int MaxThroughput { get; set; }

        /// <summary>Does not wait until Azure is done.</summary>
        [Parameter]
        public SwitchParameter NoWait { get; set; }

        private protected override bool Changes => true;

        /// <inheritdoc/>
        protected override void ProcessRecord()
        {
            CosmiThroughput? throughput = Wished(Throughput, MaxThroughput);
            CosmiAccountReference? account = Account();
            if (account == null)
            {
                return;
            }

            foreach (string given in Name)
            {
                string? name = Needed(given, "database");
                Task<CosmiResources> Create(CosmiCallOptions options, CancellationToken stop) =>
                    Connection.Native.CreateDatabaseAsync(account, name!, throughput, !NoWait, options, stop);
                if (name != null && ShouldSend(
                    name,
                    $"Create database {name} in account {Target(account)}",
                    $"PUT {ArmPath.Database(account, name)} {ArmBody.Resource(name, new OrderedDictionary(), throughput)}",
                    Create))
                {
                    Enqueue(
                        name,
                        Create,
                        made =>
                        {
                            Remember(account.Name, name, null);
                            WriteObject(ResourceDocument.Database(made.Json.FirstOrDefault(), account, name, made.Change));
                        });
                }
            }
        }
    }
}
