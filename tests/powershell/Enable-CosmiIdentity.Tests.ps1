BeforeAll {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Support.psm1') -Force
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Changes.psm1') -Force
    Import-CosmiModule
    $simulator = Start-Simulator
}

AfterAll {
    Stop-Simulator -Simulator $simulator
}

Describe 'Enable-CosmiIdentity' {
    BeforeEach {
        Reset-Simulator -Simulator $simulator -NoPause
    }

    It 'has the agreed parameters' {
        Get-ParameterContract -Name Enable-CosmiIdentity | Should -Be @(
            '-Client [Client] All'
            '-Confirm|cf [SwitchParameter] All'
            '-NoWait [SwitchParameter] All'
            '-ResourceGroupName|ResourceGroup [String] VirtualMachine!@1<name'
            '-ResourceId|MachineResourceId [String] ResourceId!<name'
            '-SubscriptionId [String] VirtualMachine<name'
            '-TimeoutSec [Int32] All'
            '-VMName [String] VirtualMachine!@0<name'
            '-WhatIf|wi [SwitchParameter] All'
        )
    }

    It 'turns the identity on, and the second time says that it is so already' {
        $enabled = Enable-CosmiIdentity -VMName plainvm -ResourceGroupName rg
        $enabled.Change | Should -Be 'New'
        $enabled.Type | Should -Be 'SystemAssigned'
        $enabled.PrincipalId | Should -Not -BeNullOrEmpty
        $again = Enable-CosmiIdentity -VMName plainvm -ResourceGroupName rg
        $again.Change | Should -Be 'AlreadySo'
        $again.PrincipalId | Should -Be $enabled.PrincipalId
        $again | Out-String | Should -BeLike '*already so*'
        @(Get-Change -Simulator $simulator).Count | Should -Be 1
    }

    It 'keeps the identities that were assigned' {
        $enabled = Enable-CosmiIdentity -VMName assignedvm -ResourceGroupName rg
        $enabled.Type | Should -Be 'SystemAssigned, UserAssigned'
        $enabled.UserAssigned[0].ClientId | Should -Be '22222222-0000-0000-0000-000000000011'
        (Get-CosmiIdentity -VMName assignedvm -ResourceGroupName rg).UserAssigned.Count | Should -Be 1
    }

    It 'leaves this machine as it is' {
        (Enable-CosmiIdentity).Change | Should -Be 'AlreadySo'
        Get-Change -Simulator $simulator | Should -BeNullOrEmpty
    }

    It 'prints with -WhatIf what it sends without' {
        $printed = Get-WhatIf -Script 'Enable-CosmiIdentity -ResourceId /subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/plainvm -WhatIf; Enable-CosmiIdentity -VMName plainvm -ResourceGroupName rg -SubscriptionId 11111111-2222-3333-4444-555555555555 -WhatIf; Enable-CosmiIdentity -WhatIf'
        Get-SimulatorJournal -Simulator $simulator | Should -BeNullOrEmpty
        $printed[1].Path | Should -Be $printed[0].Path
        $printed[2].Path | Should -Be '(this machine)'
        $printed[0].More | Should -Be ', with the user-assigned identities it has'
        $null = Enable-CosmiIdentity -VMName plainvm -ResourceGroupName rg
        Assert-Sent -Printed $printed[0] -Sent (Get-Change -Simulator $simulator)
    }

    It 'says that the identity that asks may not' {
        $failure = Invoke-Failing { Enable-CosmiIdentity -Client (Connect-CosmiAccount -ClientId 22222222-0000-0000-0000-000000000001) -VMName plainvm -ResourceGroupName rg -ErrorAction Stop }
        $failure.Id | Should -Be 'Cosmi.Forbidden'
        $failure.Message | Should -BeLike '*virtualMachines/write*'
    }
}
