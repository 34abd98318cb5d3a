BeforeAll {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Support.psm1') -Force
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Changes.psm1') -Force
    Import-CosmiModule
    $simulator = Start-Simulator
}

AfterAll {
    Stop-Simulator -Simulator $simulator
}

Describe 'Get-CosmiIdentity' {
    BeforeEach {
        Reset-Simulator -Simulator $simulator -NoPause
    }

    It 'has the agreed parameters' {
        Get-ParameterContract -Name Get-CosmiIdentity | Should -Be @(
            '-Client [Client] All'
            '-ResourceGroupName|ResourceGroup [String] VirtualMachine!@1<name'
            '-ResourceId|MachineResourceId [String] ResourceId!<name'
            '-SubscriptionId [String] VirtualMachine<name'
            '-TimeoutSec [Int32] All'
            '-VMName [String] VirtualMachine!@0<name'
        )
    }

    It 'tells the identities of this machine' {
        $identity = Get-CosmiIdentity
        $identity | Should -BeOfType ([Cosmi.Identity])
        $identity.MachineName | Should -Be 'myvm'
        $identity.Type | Should -Be 'SystemAssigned, UserAssigned'
        $identity.PrincipalId | Should -Be '33333333-0000-0000-0000-000000000002'
        $identity.TenantId | Should -Not -BeNullOrEmpty
        $identity.MachineResourceId | Should -Be (Get-CosmiEnvironment).MachineResourceId
        $identity.UserAssigned.Count | Should -Be 1
        $identity.UserAssigned[0].ClientId | Should -Be '22222222-0000-0000-0000-000000000001'
        $identity.UserAssigned[0].PrincipalId | Should -Be '22222222-0000-0000-0000-000000000002'
        $identity.UserAssigned[0].IdentityResourceId | Should -BeLike '*/userAssignedIdentities/reader'
        $identity | Out-String | Should -BeLike '*UserAssigned : reader*'
    }

    It 'tells the identity of its scale set on an instance of one' {
        $set = "/subscriptions/$($simulator.subscriptionId)/resourceGroups/rg/providers/Microsoft.Compute/virtualMachineScaleSets/myset"
        $compute = @{ name = 'myset_3'; vmScaleSetName = 'myset'; resourceId = "$set/virtualMachines/3" } | ConvertTo-Json -Compress
        Add-SimulatorFault -Simulator $simulator -Match @{ face = 'imds'; path = '/instance' } -Action @{ status = 200; body = $compute }
        $identity = Get-CosmiIdentity
        $identity.MachineResourceId | Should -Be $set
        $identity.PrincipalId | Should -Be '33333333-0000-0000-0000-000000000012'
    }

    It 'tells those of <Name>' -ForEach @(
        @{ Name = 'myset'; Type = 'Microsoft.Compute/virtualMachineScaleSets'; PrincipalId = '33333333-0000-0000-0000-000000000012' }
        @{ Name = 'myfunction'; Type = 'Microsoft.Web/sites'; PrincipalId = '33333333-0000-0000-0000-000000000022' }
        @{ Name = 'myautomation'; Type = 'Microsoft.Automation/automationAccounts'; PrincipalId = '33333333-0000-0000-0000-000000000032' }
        @{ Name = 'myserver'; Type = 'Microsoft.HybridCompute/machines'; PrincipalId = '33333333-0000-0000-0000-000000000042' }
    ) {
        $identity = Get-CosmiIdentity -ResourceId "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg/providers/$Type/$Name"
        $identity.MachineName | Should -Be $Name
        $identity.PrincipalId | Should -Be $PrincipalId
    }

    It 'finds a virtual machine by its name' {
        $identity = Get-CosmiIdentity -VMName assignedvm -ResourceGroupName rg
        $identity.PrincipalId | Should -BeNullOrEmpty
        $identity.UserAssigned[0].PrincipalId | Should -Be '22222222-0000-0000-0000-000000000012'
        $splat = @{ VMName = 'plainvm'; ResourceGroupName = 'rg'; SubscriptionId = $simulator.subscriptionId }
        $none = Get-CosmiIdentity @splat
        $none.Type | Should -Be 'None'
        $none.UserAssigned.Count | Should -Be 0
    }

    It 'takes rows, and what it gives itself' {
        $rows = [pscustomobject]@{ VMName = 'myvm'; ResourceGroupName = 'rg' }, [pscustomobject]@{ VMName = 'plainvm'; ResourceGroupName = 'rg' }
        @(($rows | Get-CosmiIdentity).MachineName) | Should -Be @('myvm', 'plainvm')
        (Get-CosmiIdentity | Get-CosmiIdentity).MachineName | Should -Be 'myvm'
    }

    It 'takes other modules'' objects, whose resource id decides' {
        $id = "/subscriptions/$($simulator.subscriptionId)/resourceGroups/rg/providers/Microsoft.Web/sites/myfunction"
        $app = [pscustomobject]@{ ResourceId = $id; ResourceGroupName = 'other'; SubscriptionId = [string] [guid]::NewGuid(); Name = 'other' }
        $row = [pscustomobject]@{ VMName = 'plainvm'; ResourceGroupName = 'rg'; SubscriptionId = $simulator.subscriptionId }
        @(($app, $row, $app | Get-CosmiIdentity).MachineName) | Should -Be @('myfunction', 'plainvm', 'myfunction')
        ($app | Enable-CosmiIdentity).MachineResourceId | Should -Be $id
    }

    It 'says <What>' -ForEach @(
        @{ What = 'that there is no such machine'; Arguments = @{ VMName = 'nosuchvm'; ResourceGroupName = 'rg' }; Id = 'Cosmi.NotFound'; Action = '?*' }
        @{ What = 'that a resource has no identity'; Arguments = @{ ResourceId = '/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/x' }; Id = 'Cosmi.InvalidArgument'; Action = '*Microsoft.Compute/virtualMachines*' }
        @{ What = 'that a name cannot be one'; Arguments = @{ VMName = 'my vm'; ResourceGroupName = 'rg' }; Id = 'Cosmi.InvalidArgument'; Action = 'check the names of the machine and its resource group*' }
    ) {
        $failure = Invoke-Failing { Get-CosmiIdentity @Arguments -ErrorAction Stop }
        $failure.Id | Should -Be $Id
        $failure.Action | Should -BeLike $Action
    }
}
